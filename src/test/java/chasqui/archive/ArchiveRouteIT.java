package chasqui.archive;

import static org.assertj.core.api.Assertions.assertThat;

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
}
