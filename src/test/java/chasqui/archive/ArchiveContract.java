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
import chasqui.testing.Alteration;
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
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
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

    /**
     * Leaves bytes as a data transfer straight to this archive does.
     *
     * @param name below the incoming folder, where there is one
     * @param path the final name, where there is none
     * @return what the transfer calls them; null: this archive takes none
     */
    String arrive(String name, String path, byte[] bytes) throws Exception {
        return null;
    }

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
        Alteration.BIT_IN_THE_MIDDLE.apply(one.file());
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
        assertThat(few).isLessThanOrEqualTo(6);
        assertThat(database.value("SELECT count(*) || ' ' || count(DISTINCT subject_id) FROM operation"))
                .isEqualTo("201 201");
        assertThat(database.value("SELECT count(*) FROM copy_use")).isEqualTo("201");
    }

    /** A package at ccat whose data transfer has brought these bytes to the archive; its id. */
    private TestTransfers.Buffered brought(UnaryOperator<byte[]> damage) throws Exception {
        TestTransfers.Buffered one = packages.buffered("ccat", 5000, 1, 70_000);
        sent(one, damage.apply(Files.readAllBytes(one.file())), 1);
        return one;
    }

    void sent(TestTransfers.Buffered one, byte[] bytes, int sends) throws Exception {
        String name = arrive(one.name() + "-" + sends, path(one) + ".tar", bytes);
        Assumptions.assumeTrue(name != null, "this archive takes no packages straight from a transfer");
        database.execute("""
                INSERT INTO data_transfer (raw_data_package_id, destination_site_id, is_primary, origin_location_id,
                            destination_location_id, method, sent_at, send_count, incoming_name)
                SELECT p.id, l.site_id, true, p.buffer_location_id, l.id, 'test', clock_timestamp(), %2$d, '%3$s'
                  FROM raw_data_package p, data_location l JOIN site s ON s.id = l.site_id
                 WHERE p.id = %1$d AND l.location_type = 'LONG_TERM_ARCHIVE' AND l.active AND s.short_name = 'cologne'
                ON CONFLICT (raw_data_package_id, destination_site_id) DO UPDATE
                   SET sent_at = clock_timestamp(), send_count = %2$d, incoming_name = '%3$s'
                """.formatted(one.id(), sends, name));
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(manager.findWork()).as("it is found once").isZero();
    }

    private String brought() {
        return database.value("SELECT status || ' ' || (sent_at IS NOT NULL) FROM data_transfer");
    }

    private static byte[] spoiled(byte[] bytes) {
        bytes[3000] ^= 1;
        return bytes;
    }

    @Test
    void what_a_transfer_brought_is_proven_named_and_described_and_only_then_is_the_transfer_completed()
            throws Exception {
        TestTransfers.Buffered one = brought(UnaryOperator.identity());
        assertThat(brought()).isEqualTo("SCHEDULED true");
        work();
        assertThat(archived()).containsOnlyKeys(path(one) + ".tar", path(one) + ".json");
        assertThat(archived().get(path(one) + ".tar")).isEqualTo(Files.readAllBytes(one.file()));
        assertThat(copyInArchive())
                .isEqualTo(path(one) + ".tar PRESENT " + one.digest().sha256() + " true");
        assertThat(database.value("SELECT read_mode FROM verification WHERE good"))
                .isIn(modes());
        assertThat(brought()).isEqualTo("COMPLETED true");
        assertThat(database.value("SELECT status FROM long_term_archive_transfer"))
                .isEqualTo("COMPLETED");
        assertThat(database.value("SELECT state FROM raw_data_package")).isEqualTo("ARCHIVED");
        assertThat(new String(archived().get(path(one) + ".json")))
                .as("the transfer that brought it")
                .contains("\"origin\":\"ccat/buffer\"", "\"method\":\"test\"");
    }

    @Test
    void what_arrived_damaged_is_quarantined_and_sent_again_and_in_the_end_a_human_is_asked() throws Exception {
        TestTransfers.Buffered one = brought(ArchiveContract::spoiled);
        work();
        assertThat(archived()).isEmpty();
        assertThat(quarantined()).contains(spoiled(Files.readAllBytes(one.file())));
        assertThat(copyInArchive()).isNull();
        assertThat(brought()).isEqualTo("PENDING false");
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("0");
        assertThat(database.value("SELECT message FROM notification")).contains("damaged on arrival and sent again");

        sent(one, Files.readAllBytes(one.file()), 2);
        work();
        assertThat(brought()).isEqualTo("COMPLETED true");

        TestTransfers.Buffered other = packages.buffered("ccat", 10);
        sent(other, spoiled(Files.readAllBytes(other.file())), 3);
        Lease lease = operations.claim(queue()).orElseThrow();
        assertThatThrownBy(() -> worker.work(lease)).hasMessageContaining("damaged on arrival 3 times");
        assertThat(database.value(
                        "SELECT count(*) FROM physical_copy WHERE state = 'PRESENT' AND path LIKE 'camera/%'"))
                .isEqualTo("1");
    }

    @Test
    void an_attempt_at_an_arrival_that_died_after_naming_is_finished_by_the_next() throws Exception {
        TestTransfers.Buffered one = brought(UnaryOperator.identity());
        Lease lease = operations.claim(queue()).orElseThrow();
        database.execute("UPDATE operation SET lease_token = gen_random_uuid()");
        assertThatThrownBy(() -> worker.work(lease)).isInstanceOf(LeaseLost.class);
        assertThat(copyInArchive()).isNull();
        assertThat(brought()).isEqualTo("IN_PROGRESS true");
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 s'");
        operations.recoverStale(10);
        assertThat(brought()).isEqualTo("SCHEDULED true");
        work();
        assertThat(quarantined()).isEmpty();
        assertThat(archived()).containsOnlyKeys(path(one) + ".tar", path(one) + ".json");
        assertThat(brought()).isEqualTo("COMPLETED true");
    }

    @Test
    void an_arrival_that_is_gone_is_sent_again() throws Exception {
        TestTransfers.Buffered one = brought(UnaryOperator.identity());
        Lease lease = operations.claim(queue()).orElseThrow();
        takeAwayArrived(one);
        worker.work(lease);
        assertThat(brought()).isEqualTo("PENDING false");
        assertThat(copyInArchive()).isNull();
    }

    /** Removes everything that {@link #arrive} left. */
    void takeAwayArrived(TestTransfers.Buffered one) throws Exception {
        Assumptions.abort("this archive takes no packages straight from a transfer");
    }
}
