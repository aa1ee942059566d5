package chasqui.unpacking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseLost;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.recovery.FailureClassifier;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackingIT {
    private static final String QUEUE = "cologne_buffer_data_transfer_unpacking";

    @TempDir
    Path folder;

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final OperationStore operations = TestKernel.of(database.jdbi(), new UnpackingEffects());
    private final UnpackingManager manager = new UnpackingManager(database.jdbi());
    private final UnpackingWorker worker = new UnpackingWorker(
            database.jdbi(),
            operations,
            new Locations(database.jdbi()),
            new UnpackingSettings(2, new StallLimit(Duration.ofMinutes(1))),
            NodeIdentity.starting("here"));
    private Path buffer;

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        buffer = packages.root("cologne", "buffer");
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** As stage 3 leaves it: the bytes under their incoming name, the transfer PENDING and sent. */
    private Path arrived(TestTransfers.Assembled assembled) throws Exception {
        String name = database.jdbi().withHandle(db -> db.createQuery("""
                        UPDATE data_transfer t
                           SET status = 'PENDING', sent_at = clock_timestamp(), send_count = send_count + 1,
                               incoming_name = :name || '-' || t.id || '-' || (send_count + 1),
                               destination_location_id = l.id
                          FROM data_location l
                         WHERE t.id = :id AND l.site_id = t.destination_site_id AND l.location_type = 'BUFFER'
                        RETURNING incoming_name
                        """)
                .bind("name", assembled.name())
                .bind("id", assembled.transfers().get(0))
                .mapTo(String.class)
                .one());
        Path incoming = buffer.resolve(".chasqui/incoming").resolve(name);
        Files.createDirectories(incoming.getParent());
        Files.copy(assembled.file(), incoming);
        assertThat(manager.findWork()).isEqualTo(1);
        return incoming;
    }

    private void work() throws Exception {
        worker.work(operations.claim(QUEUE).orElseThrow());
    }

    private static void spoil(Path file, long at) throws Exception {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int old = bytes.read();
            bytes.seek(at);
            bytes.write(old ^ 1);
        }
    }

    private List<String> files() throws Exception {
        try (Stream<Path> all = Files.walk(buffer)) {
            return all.filter(Files::isRegularFile)
                    .map(path -> buffer.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    private List<String> copiesAtCologne() {
        return database.values("""
                SELECT c.path || ' ' || c.state FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                  JOIN site s ON s.id = l.site_id WHERE s.short_name = 'cologne' AND c.state <> 'DELETED' ORDER BY c.path
                """);
    }

    private String transferStatus(TestTransfers.Assembled assembled) {
        return database.value("SELECT status || ' ' || (sent_at IS NOT NULL) FROM data_transfer WHERE id = "
                + assembled.transfers().get(0));
    }

    @Test
    void a_single_package_is_verified_and_gets_its_name_without_being_written_again() throws Exception {
        TestTransfers.Buffered one = packages.buffered("ccat", 5000, 1, 70_000);
        TestTransfers.Assembled assembled = packages.assembled(List.of(one), "cologne");
        Path incoming = arrived(assembled);
        Object inode = Files.getAttribute(incoming, "unix:ino");
        work();
        Path there = buffer.resolve("rdp/" + one.name() + ".tar");
        assertThat(there).hasSameBinaryContentAs(one.file());
        assertThat(Files.getAttribute(there, "unix:ino")).isEqualTo(inode);
        assertThat(files()).containsExactly("rdp/" + one.name() + ".tar");
        assertThat(copiesAtCologne()).containsExactly("rdp/" + one.name() + ".tar PRESENT");
        assertThat(transferStatus(assembled)).isEqualTo("COMPLETED true");
        assertThat(database.value("SELECT count(*) FROM copy_use")).isEqualTo("0");
        assertThat(database.value("SELECT good FROM verification")).isEqualTo("t");
        assertThat(database.value("SELECT completed_at IS NOT NULL FROM data_transfer"))
                .isEqualTo("t");
    }

    @Test
    void the_recorded_copy_is_the_file_that_lies_there() throws Exception {
        TestTransfers.Buffered one = packages.buffered("ccat", 5000);
        arrived(packages.assembled(List.of(one), "cologne"));
        work();
        Path there = buffer.resolve("rdp/" + one.name() + ".tar");
        assertThat(database.value("""
                SELECT c.file_key || ' ' || c.size_bytes || ' ' || c.checksum FROM physical_copy c
                  JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id WHERE s.short_name = 'cologne'
                """))
                .isEqualTo(Files.getAttribute(there, "unix:dev") + ":" + Files.getAttribute(there, "unix:ino") + " "
                        + Files.size(there) + " " + one.digest().xxHash64());
    }

    @Test
    void several_packages_come_out_each_verified_and_the_transfer_package_goes() throws Exception {
        List<TestTransfers.Buffered> many = List.of(
                packages.buffered("ccat", 5000), packages.buffered("ccat", 100_000, 3), packages.buffered("ccat", 0));
        TestTransfers.Assembled assembled = packages.assembled(many, "cologne");
        arrived(assembled);
        work();
        for (TestTransfers.Buffered one : many) {
            assertThat(buffer.resolve("rdp/" + one.name() + ".tar")).hasSameBinaryContentAs(one.file());
        }
        assertThat(files()).hasSize(3);
        assertThat(copiesAtCologne()).hasSize(3).allMatch(copy -> copy.endsWith("PRESENT"));
        assertThat(database.value("SELECT count(*) FROM verification WHERE good"))
                .isEqualTo("3");
        assertThat(transferStatus(assembled)).isEqualTo("COMPLETED true");
    }

    @Test
    void after_the_primary_the_secondaries_go_from_here_and_protect_the_copy_here() throws Exception {
        for (List<TestTransfers.Buffered> content : List.of(
                List.of(packages.buffered("ccat", 5000)),
                List.of(packages.buffered("ccat", 10), packages.buffered("ccat", 20)))) {
            TestTransfers.Assembled assembled = packages.assembled(content, "cologne", "us");
            arrived(assembled);
            work();
            assertThat(buffer.resolve("dtp/" + assembled.name() + ".tar")).hasSameBinaryContentAs(assembled.file());
            assertThat(database.value("""
                    SELECT s.short_name || ' ' || t.status || ' ' || (t.waits_for IS NULL) || ' ' || c.path || ' ' || c.state
                      FROM data_transfer t JOIN copy_use u ON u.data_transfer_id = t.id
                      JOIN physical_copy c ON c.id = u.physical_copy_id
                      JOIN data_location l ON l.id = c.data_location_id AND l.id = t.origin_location_id
                      JOIN site s ON s.id = l.site_id
                     WHERE t.id = %d
                    """.formatted(assembled.transfers().get(1))))
                    .isEqualTo("cologne PENDING true dtp/" + assembled.name() + ".tar PRESENT");
            assertThat(database.value("SELECT count(*) FROM copy_use WHERE physical_copy_id = " + assembled.copyId()))
                    .as("the copy where it came from is free")
                    .isEqualTo("0");
        }
    }

    @Test
    void what_arrived_damaged_is_quarantined_and_sent_again() throws Exception {
        for (List<TestTransfers.Buffered> content : List.of(
                List.of(packages.buffered("ccat", 5000)),
                List.of(packages.buffered("ccat", 10), packages.buffered("ccat", 20)))) {
            TestTransfers.Assembled assembled = packages.assembled(content, "cologne");
            Path incoming = arrived(assembled);
            spoil(incoming, Files.size(incoming) / 2);
            work();
            assertThat(incoming).doesNotExist();
            assertThat(transferStatus(assembled)).isEqualTo("PENDING false");
            assertThat(copiesAtCologne()).isEmpty();
            assertThat(manager.findWork()).isZero();
            assertThat(database.value("SELECT count(*) FROM copy_use WHERE data_transfer_id = "
                            + assembled.transfers().get(0)))
                    .as("its source is still needed")
                    .isEqualTo("1");
            arrived(assembled);
            work();
            assertThat(transferStatus(assembled)).isEqualTo("COMPLETED true");
            database.execute(
                    "UPDATE physical_copy SET state = 'DELETED' WHERE data_location_id = "
                            + "(SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id WHERE s.short_name = 'cologne' AND l.name = 'buffer')");
        }
        assertThat(files().stream().filter(file -> file.startsWith(".chasqui/quarantine")))
                .hasSize(4);
        assertThat(database.value("SELECT level || ' ' || occurrences FROM notification"))
                .isEqualTo("WARNING 2");
    }

    @Test
    void what_arrives_damaged_too_often_waits_for_a_human_whose_retry_sends_it_once_more() throws Exception {
        TestTransfers.Assembled assembled = packages.assembled(List.of(packages.buffered("ccat", 5000)), "cologne");
        spoil(arrived(assembled), 3000);
        work();
        spoil(arrived(assembled), 3000);
        Lease lease = operations.claim(QUEUE).orElseThrow();
        assertThatThrownBy(() -> worker.work(lease))
                .hasMessageContaining("damaged on arrival 2 times")
                .satisfies(e -> {
                    operations.fail(lease, FailureClassifier.classify(e));
                });
        assertThat(transferStatus(assembled)).isEqualTo("FAILED true");
        assertThat(database.value("SELECT count(*) FROM notification WHERE level = 'ERROR'"))
                .isEqualTo("1");
        database.execute("UPDATE operation SET status = 'PENDING', finished_at = NULL");
        work();
        assertThat(transferStatus(assembled)).isEqualTo("PENDING false");
    }

    @Test
    void a_package_that_the_bytes_hold_but_the_catalogue_does_not_name_is_no_reason_to_send_again() throws Exception {
        List<TestTransfers.Buffered> two = List.of(packages.buffered("ccat", 10), packages.buffered("ccat", 20));
        TestTransfers.Assembled assembled = packages.assembled(two, "cologne");
        TestTransfers.Buffered third = packages.buffered("ccat", 30);
        database.execute("UPDATE raw_data_package SET data_transfer_package_id = " + assembled.id() + " WHERE id = "
                + third.id());
        Path incoming = arrived(assembled);
        Lease lease = operations.claim(QUEUE).orElseThrow();
        assertThatThrownBy(() -> worker.work(lease)).hasMessageContaining("built wrongly");
        assertThat(incoming).exists();
        assertThat(files()).hasSize(1);
    }

    @Test
    void a_final_name_with_equal_bytes_is_adopted() throws Exception {
        TestTransfers.Buffered one = packages.buffered("ccat", 5000);
        TestTransfers.Assembled assembled = packages.assembled(List.of(one), "cologne");
        arrived(assembled);
        Path there = Files.createDirectories(buffer.resolve("rdp")).resolve(one.name() + ".tar");
        Files.copy(one.file(), there);
        Object inode = Files.getAttribute(there, "unix:ino");
        work();
        assertThat(Files.getAttribute(there, "unix:ino")).isEqualTo(inode);
        assertThat(files()).containsExactly("rdp/" + one.name() + ".tar");
        assertThat(transferStatus(assembled)).isEqualTo("COMPLETED true");
    }

    @Test
    void a_stranger_with_the_final_name_is_moved_aside_not_replaced() throws Exception {
        List<TestTransfers.Buffered> two = List.of(packages.buffered("ccat", 10), packages.buffered("ccat", 20));
        arrived(packages.assembled(two, "cologne"));
        Path there = Files.createDirectories(buffer.resolve("rdp"))
                .resolve(two.get(1).name() + ".tar");
        Files.writeString(there, "a stranger");
        work();
        assertThat(there).hasSameBinaryContentAs(two.get(1).file());
        assertThat(files().stream().filter(file -> file.startsWith(".chasqui/quarantine")))
                .hasSize(2);
    }

    @Test
    void a_copy_that_is_registered_here_already_is_renewed_not_doubled() throws Exception {
        TestTransfers.Buffered one = packages.buffered("ccat", 5000);
        TestTransfers.Assembled assembled = packages.assembled(List.of(one), "cologne");
        arrived(assembled);
        database.execute("""
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, state, size_bytes, checksum)
                SELECT %d, l.id, 'rdp/%s.tar', 'CORRUPT', 1, 'xxh64:0000000000000000'
                  FROM data_location l JOIN site s ON s.id = l.site_id WHERE s.short_name = 'cologne' AND l.name = 'buffer'
                """.formatted(one.id(), one.name()));
        work();
        assertThat(copiesAtCologne()).containsExactly("rdp/" + one.name() + ".tar PRESENT");
        assertThat(database.value("SELECT count(*) FROM physical_copy WHERE checksum = '"
                        + one.digest().xxHash64() + "' AND raw_data_package_id IS NOT NULL"))
                .isEqualTo("2");
    }

    @Test
    void an_attempt_that_died_after_putting_all_into_place_is_finished_by_the_next() throws Exception {
        for (List<TestTransfers.Buffered> content : List.of(
                List.of(packages.buffered("ccat", 5000)),
                List.of(packages.buffered("ccat", 10), packages.buffered("ccat", 20)))) {
            TestTransfers.Assembled assembled = packages.assembled(content, "cologne", "us");
            arrived(assembled);
            Lease lease = operations.claim(QUEUE).orElseThrow();
            // The process dies before its commit: the row is another's when it wants to complete.
            database.execute("UPDATE operation SET lease_token = gen_random_uuid()");
            assertThatThrownBy(() -> worker.work(lease)).isInstanceOf(LeaseLost.class);
            assertThat(copiesAtCologne()).isEmpty();
            database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 s'");
            assertThat(operations.recoverStale(10)).hasSize(1);
            work();
            assertThat(transferStatus(assembled)).isEqualTo("COMPLETED true");
            assertThat(copiesAtCologne()).hasSize(content.size() + 1);
            database.execute(
                    "UPDATE physical_copy SET state = 'DELETED' WHERE data_location_id = "
                            + "(SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id WHERE s.short_name = 'cologne' AND l.name = 'buffer')");
        }
    }

    @Test
    void bytes_that_are_gone_without_a_trace_are_sent_again() throws Exception {
        TestTransfers.Assembled assembled = packages.assembled(List.of(packages.buffered("ccat", 5000)), "cologne");
        Files.delete(arrived(assembled));
        work();
        assertThat(transferStatus(assembled)).isEqualTo("PENDING false");
    }

    @Test
    void a_buffer_that_is_not_mounted_is_a_failure_of_the_location_and_nothing_is_sent_again() throws Exception {
        TestTransfers.Assembled assembled = packages.assembled(List.of(packages.buffered("ccat", 5000)), "cologne");
        arrived(assembled);
        Files.move(buffer, folder.resolve("unmounted"));
        Files.createDirectory(buffer);
        Lease lease = operations.claim(QUEUE).orElseThrow();
        assertThatThrownBy(() -> worker.work(lease)).satisfies(e -> assertThat(
                        operations.fail(lease, FailureClassifier.classify(e)).waitsFor())
                .startsWith("location"));
        assertThat(transferStatus(assembled)).isEqualTo("SCHEDULED true");
    }

    @Test
    void left_overs_of_an_attempt_that_died_in_the_middle_are_removed() throws Exception {
        List<TestTransfers.Buffered> two = List.of(packages.buffered("ccat", 10), packages.buffered("ccat", 20));
        arrived(packages.assembled(two, "cologne"));
        Lease lease = operations.claim(QUEUE).orElseThrow();
        Path half = buffer.resolve(".chasqui/tmp/op-" + lease.operation().id() + "-dead-packages/deep");
        Files.createDirectories(half);
        Files.writeString(half.resolve("half.tar"), "half");
        worker.work(lease);
        assertThat(files()).hasSize(2);
        assertThat(half).doesNotExist();
    }

    @Test
    void a_manager_takes_as_many_statements_for_many_arrivals_as_for_one() throws Exception {
        TestTransfers.Assembled assembled = packages.assembled(List.of(packages.buffered("ccat", 1)), "cologne");
        database.execute("UPDATE data_transfer SET sent_at = clock_timestamp(), incoming_name = 'x',"
                + " destination_location_id = (SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id"
                + " WHERE s.short_name = 'cologne' AND l.name = 'buffer')");
        int few = TestKernel.statements(database.jdbi(), manager::findWork);
        database.execute("""
                WITH p AS (INSERT INTO data_transfer_package (name, buffer_location_id, instrument_id, primary_site_id, status, package_count,
                                  content_bytes, size_bytes, xxh64)
                           SELECT 'dtp-many-' || n, buffer_location_id, instrument_id, primary_site_id, status, 1, 1, size_bytes, xxh64
                             FROM data_transfer_package, generate_series(1, 200) n WHERE id = %d RETURNING id)
                INSERT INTO data_transfer (data_transfer_package_id, destination_site_id, is_primary, sent_at, incoming_name,
                                           destination_location_id)
                SELECT p.id, t.destination_site_id, true, t.sent_at, 'x', t.destination_location_id
                  FROM p, data_transfer t WHERE t.id = %d
                """.formatted(assembled.id(), assembled.transfers().get(0)));
        assertThat(TestKernel.statements(database.jdbi(), manager::findWork))
                .isEqualTo(few)
                .isLessThanOrEqualTo(3);
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("201");
    }
}
