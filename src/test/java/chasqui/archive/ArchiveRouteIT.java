package chasqui.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestRoutes;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real route file of stage 5. */
class ArchiveRouteIT {
    private static final String QUEUE = "cologne_lta_long_term_archive_transfer";

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final OperationStore operations =
            TestKernel.of(database.jdbi(), Duration.ofMinutes(1), new ArchiveEffects());
    private final ArchiveManager manager = new ArchiveManager(database.jdbi());
    private TestRoutes routes;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        ArchiveSettings settings = new ArchiveSettings("test", new StallLimit(Duration.ofMinutes(1)));
        NodeIdentity node = NodeIdentity.starting("here");
        ArchiveWorker worker = new ArchiveWorker(
                database.jdbi(),
                operations,
                new Archives(new Locations(database.jdbi()), null, null, settings),
                new Sidecars(database.jdbi(), settings, node),
                node);
        routes = new TestRoutes(
                Files.createDirectory(folder.resolve("routes")),
                operations,
                Map.of("archiveManager", manager, "archiveWorker", worker),
                "5-archive.camel.yaml");
        routes.worker("long_term_archive_transfer", QUEUE);
    }

    @AfterEach
    void stop() {
        routes.close();
        database.close();
    }

    @Test
    void a_package_is_archived_by_the_route_of_its_archive() throws Exception {
        packages.buffered("cologne", 10);
        manager.findWork();
        routes.wake(QUEUE);
        assertThat(database.value("SELECT state FROM raw_data_package")).isEqualTo("ARCHIVED");
        routes.wake(QUEUE);
        assertThat(database.value("SELECT count(*) FROM operation_history")).isEqualTo("1");
    }

    @Test
    void an_error_reaches_the_failure_policy_and_spends_one_attempt() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 10);
        manager.findWork();
        Files.write(one.file(), new byte[] {1});
        routes.wake(QUEUE);
        assertThat(database.value("SELECT status || ' ' || attempt || ' ' || failure_kind FROM operation"))
                .isEqualTo("PENDING 1 ITEM");
        assertThat(database.value("SELECT status FROM long_term_archive_transfer"))
                .isEqualTo("PENDING");
    }

    @Test
    void a_backlog_of_five_batches_is_found_within_one_interval() throws Exception {
        packages.buffered("cologne", 10);
        database.execute("""
                WITH one AS (SELECT * FROM raw_data_package),
                more AS (
                    INSERT INTO raw_data_package (name, executed_observation_unit_id, instrument_module_id,
                                source_location_id, buffer_location_id, file_count, content_bytes)
                    SELECT name || '-' || i, executed_observation_unit_id, instrument_module_id, source_location_id,
                           buffer_location_id, file_count, content_bytes
                      FROM one, generate_series(1, 2100) AS i
                    RETURNING id, name)
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, size_bytes, checksum)
                SELECT more.id, c.data_location_id, c.path || '-' || more.id, c.size_bytes, c.checksum
                  FROM more, physical_copy c WHERE c.raw_data_package_id = (SELECT id FROM one)
                """);
        routes.start("archive-manager");
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(database.value("SELECT count(*) FROM operation"))
                        .isEqualTo("2101"));
    }
}
