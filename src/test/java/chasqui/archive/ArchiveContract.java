package chasqui.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseLost;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.recovery.FailureClassifier;
import chasqui.storage.S3Clients;
import chasqui.testing.TapeStandIn;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stage 5 does with an archive of any kind; a subclass per storage type makes cologne's. */
abstract class ArchiveContract {
    @TempDir
    Path folder;

    final TestDatabase database = new TestDatabase();
    final TestTransfers packages = new TestTransfers(database.jdbi());
    final OperationStore operations = TestKernel.of(database.jdbi(), new ArchiveEffects());
    final ArchiveManager manager = new ArchiveManager(database.jdbi());
    ArchiveWorker worker;

    /** Makes the archive of cologne. */
    abstract void makeArchive() throws Exception;

    abstract S3Clients clients();

    abstract String queue();

    /** Everything in the archive by its path, without what is ours. */
    abstract Map<String, byte[]> archived() throws Exception;

    /** What was moved aside. */
    abstract List<byte[]> quarantined() throws Exception;

    /** Puts bytes into the archive behind our back. */
    abstract void plant(String path, byte[] bytes) throws Exception;

    /** Read mode that a verification of this archive has. */
    abstract List<String> modes();

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        makeArchive();
        ArchiveSettings settings = new ArchiveSettings("0.1.0-test", new StallLimit(Duration.ofMinutes(1)));
        NodeIdentity node = NodeIdentity.starting("here");
        worker = new ArchiveWorker(
                database.jdbi(),
                operations,
                new Archives(new Locations(database.jdbi()), clients(), TapeStandIn.patient(), settings),
                new Sidecars(database.jdbi(), settings, node),
                node);
    }

    @AfterEach
    void close() {
        database.close();
    }

    void work() throws Exception {
        worker.work(operations.claim(queue()).orElseThrow());
    }

    static String path(TestTransfers.Buffered one) {
        return "camera/"
                + java.time.YearMonth.now(java.time.ZoneOffset.UTC).toString().replace('-', '/') + "/" + one.name();
    }

    private String copyInArchive() {
        return database.value("""
                SELECT string_agg(c.path || ' ' || c.state || ' ' || c.checksum || ' ' || (c.verified_at IS NOT NULL), ',')
                  FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                 WHERE l.location_type = 'LONG_TERM_ARCHIVE'
                """);
    }

    @Test
    void a_package_is_stored_read_back_and_described() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000, 1, 200_000);
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(manager.findWork()).as("it is found once").isZero();
        assertThat(database.value("SELECT count(*) FROM copy_use WHERE physical_copy_id = " + one.copyId()))
                .isEqualTo("1");
        work();
        assertThat(archived()).containsOnlyKeys(path(one) + ".tar", path(one) + ".json");
        assertThat(archived().get(path(one) + ".tar")).isEqualTo(Files.readAllBytes(one.file()));
        assertThat(copyInArchive())
                .isEqualTo(path(one) + ".tar PRESENT " + one.digest().sha256() + " true");
        assertThat(database.value("SELECT read_mode FROM verification WHERE good AND expected LIKE 'sha256:%'"))
                .isIn(modes());
        assertThat(database.value("SELECT state || ' ' || (archived_at IS NOT NULL) FROM raw_data_package"))
                .isEqualTo("ARCHIVED true");
        assertThat(database.value("SELECT status || ' ' || (completed_at IS NOT NULL) FROM long_term_archive_transfer"))
                .isEqualTo("COMPLETED true");
        assertThat(database.value("SELECT count(*) FROM copy_use")).isEqualTo("0");
        assertThat(database.value("SELECT bytes_done FROM operation_history"))
                .isEqualTo(Long.toString(one.digest().sizeBytes()));
        assertThat(manager.findWork()).isZero();
        assertThat(Files.list(packages.root("cologne", "buffer").resolve(".chasqui/tmp")))
                .isEmpty();
    }

    @Test
    void equal_bytes_that_are_there_already_are_adopted() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        plant(path(one) + ".tar", Files.readAllBytes(one.file()));
        manager.findWork();
        work();
        assertThat(quarantined()).isEmpty();
        assertThat(archived()).containsOnlyKeys(path(one) + ".tar", path(one) + ".json");
        assertThat(copyInArchive()).contains("PRESENT");
    }

    @Test
    void other_bytes_that_are_there_are_moved_aside_and_never_replaced() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        plant(path(one) + ".tar", "a stranger".getBytes());
        plant(path(one) + ".json", "no sidecar".getBytes());
        manager.findWork();
        work();
        assertThat(archived().get(path(one) + ".tar")).isEqualTo(Files.readAllBytes(one.file()));
        assertThat(quarantined()).contains("a stranger".getBytes(), "no sidecar".getBytes());
        assertThat(new String(archived().get(path(one) + ".json"))).contains(ArchiveSidecar.FORMAT);
    }

    @Test
    void an_attempt_that_died_before_its_commit_is_finished_by_the_next_and_writes_nothing_twice() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        manager.findWork();
        Lease lease = operations.claim(queue()).orElseThrow();
        database.execute("UPDATE operation SET lease_token = gen_random_uuid()");
        assertThatThrownBy(() -> worker.work(lease)).isInstanceOf(LeaseLost.class);
        assertThat(copyInArchive()).isNull();
        Map<String, byte[]> before = archived();
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 s'");
        operations.recoverStale(10);
        work();
        assertThat(archived()).containsOnlyKeys(before.keySet());
        before.forEach((path, bytes) -> assertThat(archivedNow().get(path)).isEqualTo(bytes));
        assertThat(quarantined()).isEmpty();
        assertThat(copyInArchive()).contains("PRESENT");
    }

    private Map<String, byte[]> archivedNow() {
        try {
            return archived();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_source_that_is_not_what_was_registered_is_not_archived() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        byte[] bytes = Files.readAllBytes(one.file());
        bytes[3000] ^= 1;
        Files.write(one.file(), bytes);
        manager.findWork();
        Lease lease = operations.claim(queue()).orElseThrow();
        assertThatThrownBy(() -> worker.work(lease))
                .hasMessageContaining(one.file().toString())
                .hasMessageContaining(one.digest().sha256().toString())
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.ITEM));
        assertThat(archived()).isEmpty();
        assertThat(copyInArchive()).isNull();
    }

    @Test
    void a_missing_source_is_a_failure_of_the_item_and_a_missing_buffer_one_of_the_location() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        manager.findWork();
        Files.delete(one.file());
        Lease lease = operations.claim(queue()).orElseThrow();
        assertThatThrownBy(() -> worker.work(lease))
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.ITEM));
        Files.move(packages.root("cologne", "buffer"), folder.resolve("unmounted"));
        Files.createDirectory(packages.root("cologne", "buffer"));
        assertThatThrownBy(() -> worker.work(lease))
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.LOCATION));
    }

    @Test
    void another_copy_at_the_site_serves_when_the_protected_one_cannot_be_read_any_more() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        manager.findWork();
        database.execute("UPDATE physical_copy SET state = 'MISSING' WHERE id = " + one.copyId());
        Lease lease = operations.claim(queue()).orElseThrow();
        assertThatThrownBy(() -> worker.work(lease)).hasMessageContaining("no readable copy is left");
        Path second = TestTopology.location(database.jdbi(), folder, "cologne", "second_buffer", "BUFFER");
        Files.createDirectories(second.resolve("rdp"));
        Files.copy(one.file(), second.resolve("rdp/x.tar"));
        database.execute("""
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, size_bytes, checksum)
                SELECT %d, id, 'rdp/x.tar', 1, '%s' FROM data_location WHERE name = 'second_buffer'
                """.formatted(one.id(), one.digest().xxHash64()));
        worker.work(lease);
        assertThat(copyInArchive()).contains("PRESENT");
    }

    @Test
    void many_managers_and_many_packages_take_few_statements_and_double_nothing() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 1);
        int few = TestKernel.statements(database.jdbi(), manager::findWork);
        database.execute("""
                WITH p AS (INSERT INTO raw_data_package (name, executed_observation_unit_id, instrument_module_id, source_location_id,
                                   buffer_location_id, status, file_count, content_bytes, size_bytes, xxh64, sha256)
                           SELECT 'rdp-many-' || n, executed_observation_unit_id, instrument_module_id, source_location_id,
                                  buffer_location_id, status, 1, 1, size_bytes, xxh64, sha256
                             FROM raw_data_package, generate_series(1, 200) n WHERE id = %d RETURNING id, name)
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, size_bytes, checksum)
                SELECT p.id, c.data_location_id, 'rdp/' || p.name, c.size_bytes, c.checksum FROM p, physical_copy c WHERE c.id = %d
                """.formatted(one.id(), one.copyId()));
        Stream.of(1, 2, 3).parallel().forEach(n -> manager.findWork());
        assertThat(TestKernel.statements(database.jdbi(), manager::findWork)).isLessThanOrEqualTo(few);
        assertThat(few).isLessThanOrEqualTo(4);
        assertThat(database.value("SELECT count(*) || ' ' || count(DISTINCT subject_id) FROM operation"))
                .isEqualTo("201 201");
        assertThat(database.value("SELECT count(*) FROM copy_use")).isEqualTo("201");
    }
}
