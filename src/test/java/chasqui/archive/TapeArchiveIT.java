package chasqui.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NotYet;
import chasqui.pipeline.StallLimit;
import chasqui.recovery.FailureClassifier;
import chasqui.recovery.FailurePolicy;
import chasqui.storage.S3Clients;
import chasqui.storage.TapeFailure;
import chasqui.testing.TapeStandIn;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs against {@link TapeStandIn}. */
class TapeArchiveIT extends ArchiveContract {
    private TapeStandIn tapes;

    @Override
    void makeArchive() throws Exception {
        tapes = new TapeStandIn(folder.resolve("library"));
        tapes.replace(database.jdbi(), "cologne", "lta", folder.resolve("recalled"), withChecksum());
    }

    boolean withChecksum() {
        return true;
    }

    @AfterEach
    void nothing_is_left_on_our_disks() throws Exception {
        try (var left = Files.walk(folder.resolve("recalled"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
        assertThat(tapes.hanging()).isEmpty();
    }

    @Override
    S3Clients clients() {
        return null;
    }

    @Override
    String queue() {
        return "cologne_lta_long_term_archive_transfer";
    }

    @Override
    Map<String, byte[]> archived() throws IOException {
        return tapes.tapes();
    }

    @Override
    List<byte[]> quarantined() {
        return List.of();
    }

    @Override
    void plant(String path, byte[] bytes) throws IOException {
        Files.createDirectories(tapes.tape(path).getParent());
        Files.write(tapes.tape(path), bytes);
    }

    @Override
    String arrive(String name, String path, byte[] bytes) throws IOException {
        plant(path, bytes);
        return path;
    }

    @Override
    void takeAwayArrived(TestTransfers.Buffered one) throws IOException {
        Files.delete(tapes.tape(path(one) + ".tar"));
    }

    /** What is wrong on tape stays there: sending it again would not help. */
    @Override
    @Test
    void what_arrived_damaged_is_quarantined_and_sent_again_and_in_the_end_a_human_is_asked() throws Exception {
        TestTransfers.Buffered one = packages.buffered("ccat", 5000);
        byte[] bytes = Files.readAllBytes(one.file());
        bytes[3000] ^= 1;
        sent(one, bytes, 1);
        look();
        assertThat(operation()).startsWith("PENDING 1").contains("it is read once more");
        look();
        assertThat(operation()).startsWith("FAILED").contains("a name on tape is never written again");
        assertThat(copies()).isEqualTo("0");
        assertThat(database.value("SELECT status FROM data_transfer")).isEqualTo("FAILED");
    }

    @Test
    void what_a_transfer_brought_waits_for_tape_too() throws Exception {
        TestTransfers.Buffered one = packages.buffered("ccat", 5000);
        tapes.control("pending=*");
        sent(one, Files.readAllBytes(one.file()), 1);
        look();
        look();
        assertThat(operation()).startsWith("PENDING 0 waiting for tape");
        assertThat(database.value("SELECT status FROM data_transfer")).isEqualTo("SCHEDULED");
        tapes.control("pending=" + path(one) + ".json");
        look();
        look();
        tapes.control();
        look();
        assertThat(copies()).isEqualTo("1");
        assertThat(database.value("SELECT status FROM data_transfer")).isEqualTo("COMPLETED");
        assertThat(calls("checksum camera")).isEqualTo(withChecksum() ? 1 : 0);
    }

    @Override
    List<String> modes() {
        return List.of("REMOTE");
    }

    /** One look by a worker, as its route has it. */
    private void look() {
        database.execute("UPDATE operation SET waits_for = NULL, not_before = clock_timestamp()");
        Lease lease = operations.claim(queue()).orElseThrow();
        try {
            worker.work(lease);
        } catch (Exception failure) {
            try {
                new FailurePolicy(operations).record(lease, failure);
            } catch (ChasquiException toldToTheBreaker) {
                // as the route does
            }
        }
    }

    private String operation() {
        return database.value(
                "SELECT status || ' ' || attempt || ' ' || coalesce(waits_for, failure_message) FROM operation");
    }

    private String copies() {
        return database.value(
                "SELECT count(*) FROM physical_copy WHERE checksum LIKE 'sha256:%' AND state = 'PRESENT'");
    }

    private long calls(String command) throws IOException {
        return tapes.calls().stream().filter(call -> call.startsWith(command)).count();
    }

    /** On tape there is no moving aside. */
    @Override
    @Test
    void other_bytes_that_are_there_are_moved_aside_and_never_replaced() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        plant(path(one) + ".tar", "a stranger".getBytes());
        manager.findWork();
        look();
        assertThat(operation()).startsWith("PENDING 1").contains("it is read once more");
        look();
        assertThat(operation())
                .startsWith("FAILED 2")
                .contains(path(one) + ".tar on tape was read as sha256:")
                .contains("remove or rename it with the library's own tools, then retry operation");
        assertThat(archived()).containsOnlyKeys(path(one) + ".tar");
        assertThat(archived().get(path(one) + ".tar")).isEqualTo("a stranger".getBytes());
        assertThat(copies()).isEqualTo("0");
        assertThat(calls("archive")).isZero();
        assertThat(database.value("SELECT count(*) FROM notification WHERE level = 'ERROR'"))
                .isEqualTo("1");
        assertThat(database.value("SELECT count(*) FROM copy_use"))
                .as("its source stays")
                .isEqualTo("1");
    }

    @Test
    void accepted_is_not_archived_and_a_migration_that_takes_days_holds_no_worker_and_costs_no_attempt()
            throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        tapes.control("pending=*");
        manager.findWork();
        for (int look = 0; look < 30; look++) {
            look();
            assertThat(operations.held()).isEmpty();
        }
        assertThat(operation())
                .matches("PENDING 0 waiting for tape: cologne/lta says PENDING of " + path(one)
                        + ".tar, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\dZ");
        assertThat(database.value("SELECT status FROM long_term_archive_transfer"))
                .isEqualTo("PENDING");
        assertThat(database.value("SELECT count(*) FROM copy_use"))
                .as("its source stays")
                .isEqualTo("1");
        assertThat(calls("archive")).as("it is handed over once").isEqualTo(1);
        assertThat(calls("checksum")).isZero();
        assertThat(copies()).isEqualTo("0");

        database.execute("UPDATE operation SET waits_since = waits_since - interval '25 h'");
        look();
        assertThat(database.value("SELECT level || ' ' || message FROM notification"))
                .startsWith("WARNING")
                .contains("waiting for tape")
                .contains("for 25 h");

        tapes.control("pending=" + path(one) + ".json");
        look();
        assertThat(operation()).contains(".json, since");
        assertThat(copies())
                .as("without its sidecar on tape it is not archived")
                .isEqualTo("0");
        look();
        tapes.control();
        look();
        assertThat(copies()).isEqualTo("1");
        assertThat(calls("archive")).isEqualTo(2);
        assertThat(tapes.calls().stream().filter(("checksum " + path(one) + ".tar")::equals))
                .as("the package is not read from tape again because its sidecar was late")
                .hasSize(withChecksum() ? 1 : 0);
        assertThat(
                        database.value(
                                "SELECT (v.verified_at = t.proven_at)::text FROM verification v, long_term_archive_transfer t WHERE v.good AND v.expected LIKE 'sha%'"))
                .as("it was verified when it was read")
                .isEqualTo("true");
    }

    @Test
    void a_command_that_ends_well_and_keeps_nothing_is_not_believed() throws Exception {
        packages.buffered("cologne", 5000);
        tapes.control("lose=yes");
        manager.findWork();
        look();
        assertThat(operation())
                .startsWith(
                        "PENDING 0 location: cologne/lta: the archive command ended well, but the query command says ABSENT");
        assertThat(copies()).isEqualTo("0");
        tapes.control();
        look();
        assertThat(copies()).isEqualTo("1");
    }

    @Test
    void a_bit_that_turned_on_its_way_to_tape_is_found_and_left_to_a_human() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        tapes.control("corrupt=yes");
        manager.findWork();
        look();
        look();
        assertThat(operation()).startsWith("FAILED").contains("a name on tape is never written again");
        assertThat(copies()).isEqualTo("0");
        assertThat(database.value("SELECT state FROM raw_data_package")).isNotEqualTo("ARCHIVED");

        tapes.control();
        Files.delete(tapes.tape(path(one) + ".tar"));
        database.execute("""
                UPDATE operation SET status = 'PENDING', finished_at = NULL;
                UPDATE long_term_archive_transfer SET status = 'PENDING'
                """);
        look();
        assertThat(copies()).as("what a human made good is archived").isEqualTo("1");
    }

    @Test
    void a_query_that_lies_makes_nothing_present() throws Exception {
        packages.buffered("cologne", 5000);
        manager.findWork();
        tapes.control("say_query=ONLINE");
        look();
        assertThat(copies()).isEqualTo("0");
        assertThat(operation()).startsWith("PENDING 0 location: ").contains("command for camera");
        tapes.control("say_query=ON TAPE");
        look();
        assertThat(operation()).startsWith("PENDING 0 location: ").contains("its first line was \"ON TAPE\"");
        tapes.control();
        look();
        assertThat(copies()).isEqualTo("1");
    }

    @Test
    void trouble_with_the_library_is_told_and_waits_without_limit() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        manager.findWork();
        for (String command : List.of("query", "archive")) {
            tapes.control("exit_" + command + "=5");
            look();
            assertThat(operation())
                    .startsWith("PENDING 0 location: " + command + " command for " + path(one) + ".tar")
                    .contains("exit code 5; it said: stand-in: drive 3 is on fire");
        }
        assertThat(archived()).isEmpty();
        tapes.control();
        look();
        assertThat(copies()).isEqualTo("1");
    }

    @Test
    void a_command_that_hangs_is_ended_with_its_children_and_its_work_parked() throws Exception {
        packages.buffered("cologne", 5000);
        manager.findWork();
        // Time enough for the commands before it, which do not hang.
        worker = workerWith(Duration.ofSeconds(5));
        tapes.control("hang_archive=yes");
        look();
        assertThat(operation())
                .startsWith("PENDING 0 location: archive command")
                .contains("time limit");
        assertThat(tapes.hanging()).isEmpty();
        worker = workerWith(Duration.ofMinutes(1));
        tapes.control();
        look();
        assertThat(copies()).isEqualTo("1");
    }

    private ArchiveWorker workerWith(Duration patience) {
        ArchiveSettings settings = new ArchiveSettings("0.1.0-test", new StallLimit(Duration.ofMinutes(1)));
        var node = chasqui.pipeline.NodeIdentity.starting("here");
        return new ArchiveWorker(
                database.jdbi(),
                operations,
                new Archives(new Locations(database.jdbi()), null, TapeStandIn.tapes(patience), settings),
                new Sidecars(database.jdbi(), settings, node),
                node);
    }

    @Test
    void what_a_dead_attempt_handed_over_is_adopted_and_not_handed_over_again() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        manager.findWork();
        Lease died = operations.claim(queue()).orElseThrow();
        tapes.control("exit_query=137");
        assertThatThrownBy(() -> worker.work(died)).isInstanceOf(TapeFailure.class);
        tapes.control();
        plant(path(one) + ".tar", Files.readAllBytes(one.file()));
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 s'");
        operations.recoverStale(10);
        look();
        assertThat(copies()).isEqualTo("1");
        assertThat(tapes.calls()).doesNotContain("archive " + one.file() + " " + path(one) + ".tar");
    }

    @Test
    void a_folder_for_recalls_that_is_not_there_is_a_failure_of_the_location() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        plant(path(one) + ".tar", Files.readAllBytes(one.file()));
        database.execute(
                "UPDATE data_location SET checksum_command = NULL, recall_root = '/not/there' WHERE storage_type = 'TAPE'");
        manager.findWork();
        Lease lease = operations.claim(queue()).orElseThrow();
        assertThatThrownBy(() -> worker.work(lease))
                .hasMessageContaining("/not/there")
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.LOCATION));
    }

    @Test
    void the_work_that_waits_says_so_by_its_type() throws Exception {
        packages.buffered("cologne", 5000);
        tapes.control("pending=*");
        manager.findWork();
        Lease lease = operations.claim(queue()).orElseThrow();
        assertThatThrownBy(() -> worker.work(lease)).isInstanceOf(NotYet.class);
    }
}
