package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.link.LinkPauses;
import chasqui.link.LinkSettings;
import chasqui.pipeline.Backoff;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes over a link when, with real rows and files and workers that are driven by hand. */
class TransferAdmissionIT {
    private static final String QUEUE = "ccat_buffer_data_transfer";
    private static final String SECOND_QUEUE = "ccat_second_buffer_data_transfer";
    private static final Failure NOT_MOUNTED = new Failure(FailureKind.LOCATION, true, "it is not mounted");
    private static final Failure LINK_DOWN = new Failure(FailureKind.LINK, true, "no route to host");

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final LinkSettings links =
            new LinkSettings(2, 3, new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)), Duration.ofHours(1));
    private final TransferSettings settings = new TransferSettings("cp", links, new StallLimit(Duration.ofMinutes(1)));
    private final OperationStore operations = TestKernel.of(database.jdbi(), new TransferEffects(links));
    private final Locations locations = new Locations(database.jdbi());
    private final TransferManager manager = new TransferManager(
            database.jdbi(),
            locations,
            new TransferSettings("cp", LinkSettings.DEFAULT, new StallLimit(Duration.ofMinutes(1))));
    private final TransferWorker worker = new TransferWorker(database.jdbi(), operations, locations, settings);

    @TempDir
    Path folder;

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        database.execute("INSERT INTO instrument (site_id, name) SELECT site_id, 'spectrometer' FROM instrument");
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** Ids of transfers of packages of their own. */
    private List<Long> waiting(int count, String site, String instrument, int priority) throws Exception {
        List<Long> transfers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TestTransfers.Assembled one = packages.assembled(List.of(packages.buffered("ccat", 50)), site);
            database.execute("""
                    UPDATE data_transfer_package SET priority = %d, instrument_id = (SELECT id FROM instrument WHERE name = '%s')
                     WHERE id = %d
                    """.formatted(priority, instrument, one.id()));
            database.execute("""
                    UPDATE data_transfer t SET priority = p.priority, instrument_id = p.instrument_id
                      FROM data_transfer_package p WHERE p.id = %d AND t.data_transfer_package_id = p.id
                    """.formatted(one.id()));
            transfers.add(one.transfers().get(0));
        }
        return transfers;
    }

    private Optional<Lease> claim() {
        return operations.claim(QUEUE);
    }

    private long begin() {
        Lease lease = claim().orElseThrow();
        return lease.operation().subjectId();
    }

    private void send(Lease lease) throws Exception {
        Transfer transfer = worker.prepare(lease);
        new CopyMethod().move(lease, transfer);
        worker.sent(lease, transfer);
    }

    private String claimable() {
        return database.value("SELECT count(*) FROM operation WHERE status <> 'FAILED' AND waits_for IS NULL");
    }

    @Test
    void no_more_go_over_a_link_than_it_carries_and_the_next_goes_when_one_has_arrived() throws Exception {
        List<Long> five = waiting(5, "cologne", "camera", 100);
        assertThat(manager.findWork()).isEqualTo(2);
        assertThat(manager.findWork()).isZero();
        Lease first = claim().orElseThrow();
        assertThat(begin()).isEqualTo(five.get(1));
        assertThat(claim()).isEmpty();
        assertThat(manager.findWork()).isZero();
        send(first);
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(begin()).isEqualTo(five.get(2));
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, concurrency)
                SELECT o.id, d.id, 4 FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
        assertThat(manager.findWork()).as("two more places at once").isEqualTo(2);
    }

    @Test
    void any_number_of_managers_and_workers_at_once_keep_to_what_the_link_carries() throws Exception {
        waiting(12, "cologne", "camera", 100);
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            for (int round = 0; round < 6; round++) {
                List<Callable<Integer>> together = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    together.add(manager::findWork);
                    together.add(() -> claim().isPresent() ? 1 : 0);
                }
                for (Future<Integer> each : threads.invokeAll(together)) {
                    each.get();
                }
                assertThat(Integer.parseInt(claimable())).isLessThanOrEqualTo(2);
                for (Lease lease : operations.held()) {
                    if (round % 2 == 0) {
                        operations.fail(lease, new Failure(FailureKind.ITEM, true, "once more"));
                    } else {
                        operations.giveBack(lease, "test");
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
        // The last round may have left one that was let go and not claimed.
        manager.findWork();
        assertThat(claimable()).isEqualTo("2");
        assertThat(database.value("SELECT count(*) FROM operation GROUP BY data_transfer_id HAVING count(*) > 1"
                        + " UNION ALL SELECT 0 LIMIT 1"))
                .isEqualTo("0");
    }

    @Test
    void a_link_that_is_paused_or_full_blocks_no_other_of_the_same_queue() throws Exception {
        waiting(3, "cologne", "camera", 100);
        List<Long> other = waiting(3, "us", "camera", 100);
        new LinkPauses(database.jdbi()).pause("ccat", "cologne", "maria", "the antenna is being moved");
        assertThat(manager.findWork()).isEqualTo(2);
        assertThat(List.of(begin(), begin())).isEqualTo(other.subList(0, 2));
        new LinkPauses(database.jdbi()).resume("ccat", "cologne", "maria", null);
        assertThat(manager.findWork()).isEqualTo(2);
    }

    @Test
    void what_was_let_go_and_not_begun_is_held_back_when_the_link_is_paused_and_what_runs_ends() throws Exception {
        waiting(2, "cologne", "camera", 100);
        manager.findWork();
        Lease running = claim().orElseThrow();
        Transfer transfer = worker.prepare(running);
        new LinkPauses(database.jdbi()).pause("ccat", "cologne", "maria", "the antenna is being moved");
        manager.findWork();
        assertThat(claim()).isEmpty();
        new CopyMethod().move(running, transfer);
        worker.sent(running, transfer);
        assertThat(database.value("SELECT count(*) FROM data_transfer WHERE sent_at IS NOT NULL"))
                .isEqualTo("1");
    }

    @Test
    void what_is_claimed_in_the_moment_of_the_pause_does_not_begin() throws Exception {
        List<Long> one = waiting(1, "cologne", "camera", 100);
        manager.findWork();
        new LinkPauses(database.jdbi()).pause("ccat", "cologne", "maria", "the antenna is being moved");
        assertThat(worker.prepare(claim().orElseThrow())).isNull();
        assertThat(database.value("SELECT status FROM data_transfer WHERE id = " + one.get(0)))
                .isEqualTo("PENDING");
        assertThat(manager.findWork()).isZero();
        new LinkPauses(database.jdbi()).resume("ccat", "cologne", "maria", null);
        assertThat(manager.findWork()).isEqualTo(1);
    }

    @Test
    void nothing_begins_outside_a_window() throws Exception {
        waiting(1, "cologne", "camera", 100);
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, time_windows)
                SELECT o.id, d.id, ARRAY[to_char(now() AT TIME ZONE 'UTC' + interval '2 hours', 'HH24:MI') || '-'
                                         || to_char(now() AT TIME ZONE 'UTC' + interval '3 hours', 'HH24:MI')]
                  FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
        assertThat(manager.findWork()).isZero();
        database.execute("""
                UPDATE transfer_route SET time_windows = ARRAY[to_char(now() AT TIME ZONE 'UTC' - interval '1 hour', 'HH24:MI')
                                          || '-' || to_char(now() AT TIME ZONE 'UTC' + interval '1 hour', 'HH24:MI')]
                """);
        assertThat(manager.findWork()).isEqualTo(1);
    }

    @Test
    void what_is_urgent_overtakes_the_bulk_that_was_let_go_and_the_bulk_that_was_put_back() throws Exception {
        List<Long> bulk = waiting(4, "cologne", "camera", 100);
        manager.findWork();
        operations.fail(claim().orElseThrow(), new Failure(FailureKind.ITEM, true, "once more"));
        manager.findWork();
        List<Long> urgent = waiting(2, "cologne", "camera", 10);
        manager.findWork();
        assertThat(List.of(begin(), begin())).isEqualTo(urgent);
        assertThat(manager.findWork()).isZero();
        assertThat(claim()).isEmpty();
        operations.held().forEach(lease -> operations.complete(lease, tx -> {}));
        manager.findWork();
        assertThat(List.of(begin(), begin())).as("then by age").isEqualTo(bulk.subList(0, 2));
    }

    /** More rounds than it takes to have looked at everything. */
    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            manager.findWork();
        }
    }

    @Test
    void what_waits_for_its_copy_to_be_mended_takes_no_place_from_what_is_behind_it() throws Exception {
        List<Long> stuck = waiting(30, "cologne", "camera", 100);
        database.execute("UPDATE physical_copy SET state = 'SUSPECT' WHERE data_transfer_package_id IS NOT NULL");
        List<Long> behind = waiting(2, "cologne", "camera", 100);
        rounds(4);
        assertThat(List.of(begin(), begin())).isEqualTo(behind);
        assertThat(database.values("SELECT DISTINCT waits_for FROM data_transfer WHERE id <= " + stuck.get(29)))
                .containsExactly("mending of its transfer package at ccat/buffer");
        database.execute("UPDATE physical_copy SET state = 'PRESENT' WHERE state = 'SUSPECT'");
        operations.held().forEach(lease -> operations.complete(lease, tx -> {}));
        manager.findWork();
        assertThat(List.of(begin(), begin())).as("mended, in their order").isEqualTo(stuck.subList(0, 2));
        assertThat(database.value("SELECT count(*) FROM data_transfer WHERE waits_for IS NOT NULL"))
                .isEqualTo("0");
    }

    @Test
    void what_has_no_place_to_be_read_at_takes_no_place_from_what_is_behind_it() throws Exception {
        List<Long> stuck = waiting(30, "cologne", "camera", 100);
        TestTopology.location(database.jdbi(), folder, "ccat", "broken", "BUFFER");
        database.execute("UPDATE data_location SET active = false WHERE name = 'broken'");
        database.execute(
                "UPDATE physical_copy SET data_location_id = (SELECT id FROM data_location WHERE name = 'broken')"
                        + " WHERE data_transfer_package_id IS NOT NULL");
        List<Long> behind = waiting(2, "cologne", "camera", 100);
        rounds(4);
        assertThat(List.of(begin(), begin())).isEqualTo(behind);
        rounds(4);
        operations.held().forEach(lease -> operations.complete(lease, tx -> {}));
        database.execute("UPDATE data_location SET active = true WHERE name = 'broken'");
        assertThat(manager.findWork()).isEqualTo(2);
        assertThat(database.values("SELECT data_transfer_id FROM operation").stream()
                        .map(Long::valueOf))
                .isSubsetOf(stuck);
    }

    @Test
    void however_many_cannot_go_each_has_its_look_in_turn_and_a_round_looks_at_few() throws Exception {
        waiting(1, "cologne", "camera", 100);
        database.execute("UPDATE physical_copy SET state = 'SUSPECT' WHERE data_transfer_package_id IS NOT NULL");
        database.execute("""
                WITH more AS (
                    INSERT INTO data_transfer_package (name, buffer_location_id, instrument_id, primary_site_id, status,
                                package_count, content_bytes, size_bytes, xxh64, assembled_at)
                    SELECT 'dtp-more-' || n, buffer_location_id, instrument_id, primary_site_id, status, package_count,
                           content_bytes, size_bytes, xxh64, assembled_at
                      FROM data_transfer_package, generate_series(1, 999) n RETURNING id, primary_site_id, buffer_location_id),
                copies AS (
                    INSERT INTO physical_copy (data_transfer_package_id, data_location_id, path, state, size_bytes, checksum)
                    SELECT m.id, m.buffer_location_id, 'dtp/more-' || m.id, 'SUSPECT', c.size_bytes, c.checksum
                      FROM more m, physical_copy c WHERE c.data_transfer_package_id IS NOT NULL)
                INSERT INTO data_transfer (data_transfer_package_id, destination_site_id, is_primary, origin_location_id)
                SELECT id, primary_site_id, true, buffer_location_id FROM more
                """);
        rounds(90);
        assertThat(database.value("SELECT count(*) FROM data_transfer WHERE look_again_at IS NULL"))
                .as("all have had a look, a dozen a round")
                .isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM data_transfer WHERE look_again_at > now()"))
                .as("and where many wait, they are left out for a while")
                .matches("[1-9][0-9]*");
        database.execute("UPDATE data_transfer SET look_again_at = look_again_at - interval '10 minutes'");
        database.execute("UPDATE physical_copy SET state = 'PRESENT' WHERE data_transfer_package_id ="
                + " (SELECT data_transfer_package_id FROM data_transfer ORDER BY look_again_at DESC LIMIT 1)");
        rounds(5);
        assertThat(claim()).as("the last of a thousand, in the fifth round").isPresent();
    }

    @Test
    void what_was_put_back_is_let_go_by_the_manager_alone() throws Exception {
        waiting(3, "cologne", "camera", 100);
        manager.findWork();
        operations.fail(claim().orElseThrow(), LINK_DOWN);
        operations.giveBack(claim().orElseThrow(), "test");
        database.execute("UPDATE operation SET not_before = clock_timestamp()");
        assertThat(database.values("SELECT id FROM wake_parked()"))
                .as("the monitor leaves them alone")
                .isEmpty();
        assertThat(claim()).isEmpty();
        assertThat(manager.findWork()).as("and no more of them than before").isEqualTo(2);
    }

    @Test
    void instruments_take_turns_on_a_link_and_what_runs_counts() throws Exception {
        waiting(6, "cologne", "camera", 100);
        waiting(2, "cologne", "spectrometer", 100);
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            manager.findWork();
            for (Optional<Lease> lease = claim(); lease.isPresent(); lease = claim()) {
                order.add(database.value("""
                        SELECT i.name FROM data_transfer t JOIN data_transfer_package p ON p.id = t.data_transfer_package_id
                          JOIN instrument i ON i.id = p.instrument_id WHERE t.id = %d
                        """.formatted(lease.get().operation().subjectId())));
            }
            operations.held().forEach(lease -> operations.complete(lease, tx -> {}));
        }
        assertThat(order)
                .containsExactlyInAnyOrder("camera", "spectrometer", "camera", "spectrometer", "camera", "camera");
        assertThat(order.subList(0, 2)).containsExactlyInAnyOrder("camera", "spectrometer");
        assertThat(order.subList(2, 4)).containsExactlyInAnyOrder("camera", "spectrometer");
    }

    @Test
    void a_link_that_does_not_answer_is_probed_with_one_transfer_and_used_in_full_when_it_answers() throws Exception {
        waiting(5, "cologne", "camera", 100);
        failUntilUnhealthy();
        database.execute("UPDATE link SET probe_at = clock_timestamp() + interval '1 hour'");
        assertThat(manager.findWork()).isZero();
        assertThat(claimable()).isEqualTo("0");
        database.execute("UPDATE link SET probe_at = clock_timestamp()");
        database.execute("UPDATE operation SET not_before = clock_timestamp() + interval '1 hour'");
        assertThat(manager.findWork()).isEqualTo(1);
        Lease probe = claim().orElseThrow();
        assertThat(manager.findWork()).as("one at a time").isZero();
        send(probe);
        assertThat(manager.findWork()).isEqualTo(2);
        assertThat(claim().orElseThrow().operation().parks())
                .as("what was parked for the link does not wait for its pause")
                .isPositive();
    }

    private void failUntilUnhealthy() {
        for (int i = 0; i < links.unhealthyAfter(); i++) {
            manager.findWork();
            operations.fail(claim().orElseThrow(), LINK_DOWN);
        }
        assertThat(database.value("SELECT unhealthy_since IS NOT NULL FROM link"))
                .isEqualTo("t");
    }

    @Test
    void a_location_that_fails_closes_no_link_and_people_are_told_once() throws Exception {
        waiting(2, "cologne", "camera", 100);
        for (int i = 0; i < 8; i++) {
            database.execute("UPDATE operation SET not_before = clock_timestamp()");
            manager.findWork();
            operations.fail(claim().orElseThrow(), NOT_MOUNTED);
            operations.fail(claim().orElseThrow(), NOT_MOUNTED);
        }
        assertThat(database.value("SELECT count(*) FROM link")).isEqualTo("0");
        assertThat(database.values(
                        "SELECT level || ' ' || cause || ' ' || occurrences || ' ' || (message LIKE '%is not mounted%')"
                                + " FROM notification"))
                .as("one cause, two operations")
                .containsExactly("WARNING parked:" + QUEUE + ":location 2 true");
        assertThat(database.value("SELECT max(attempt) FROM operation")).isEqualTo("0");
    }

    /** Transfers from a second buffer at ccat, whose worker is another. */
    private List<Long> waitingAtSecondBuffer(int count) throws Exception {
        if (database.value("SELECT count(*) FROM data_location WHERE name = 'second_buffer'")
                .equals("0")) {
            TestTopology.location(database.jdbi(), folder, "ccat", "second_buffer", "BUFFER");
        }
        List<Long> transfers = waiting(count, "cologne", "camera", 100);
        for (long transfer : transfers) {
            database.execute("""
                    WITH second AS (SELECT id FROM data_location WHERE name = 'second_buffer'),
                         t AS (UPDATE data_transfer SET origin_location_id = (SELECT id FROM second) WHERE id = %d
                               RETURNING data_transfer_package_id AS package),
                         p AS (UPDATE data_transfer_package SET buffer_location_id = (SELECT id FROM second)
                                WHERE id = (SELECT package FROM t))
                    UPDATE physical_copy SET data_location_id = (SELECT id FROM second)
                     WHERE data_transfer_package_id = (SELECT package FROM t)
                    """.formatted(transfer));
        }
        return transfers;
    }

    private void aMinutePasses() {
        database.execute(
                "UPDATE operation SET not_before = not_before - interval '1 minute' WHERE status <> 'IN_PROGRESS'");
    }

    @Test
    void a_buffer_whose_worker_does_not_come_leaves_the_link_to_another_of_its_site() throws Exception {
        List<Long> first = waiting(4, "cologne", "camera", 100);
        List<Long> second = waitingAtSecondBuffer(4);
        assertThat(manager.findWork()).as("the oldest have all places").isEqualTo(2);
        assertThat(operations.claim(SECOND_QUEUE)).isEmpty();
        database.execute("UPDATE operation SET not_before = not_before - interval '1 minute'"
                + " WHERE id = (SELECT min(id) FROM operation)");
        assertThat(manager.findWork()).isEqualTo(2);
        assertThat(List.of(subject(SECOND_QUEUE), subject(SECOND_QUEUE))).isEqualTo(second.subList(0, 2));
        assertThat(manager.findWork()).isZero();
        assertThat(database.values("SELECT waits_for FROM operation WHERE waits_for IS NOT NULL"))
                .containsExactly("a worker at ccat/buffer");
        assertThat(database.values("SELECT cause || ' ' || occurrences FROM notification"))
                .containsExactly("nobody-sends:ccat/buffer 1");
        Lease back = claim().orElseThrow();
        assertThat(back.operation().subjectId()).as("somebody came back").isEqualTo(first.get(0));
        operations.held().forEach(lease -> operations.complete(lease, tx -> {}));
        manager.findWork();
        assertThat(begin()).isEqualTo(first.get(1));
    }

    @Test
    void the_probe_of_a_link_does_not_wait_for_a_worker_that_does_not_come() throws Exception {
        waiting(3, "cologne", "camera", 100);
        failUntilUnhealthy();
        List<Long> second = waitingAtSecondBuffer(1);
        database.execute("UPDATE link SET probe_at = clock_timestamp()");
        manager.findWork();
        assertThat(operations.claim(SECOND_QUEUE)).as("an older one has it").isEmpty();
        aMinutePasses();
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(subject(SECOND_QUEUE)).isEqualTo(second.get(0));
    }

    @Test
    void a_busy_worker_is_not_taken_for_one_that_does_not_come() throws Exception {
        List<Long> three = waiting(3, "cologne", "camera", 100);
        manager.findWork();
        begin();
        aMinutePasses();
        assertThat(manager.findWork()).isZero();
        assertThat(begin()).isEqualTo(three.get(1));
        assertThat(claim()).isEmpty();
    }

    @Test
    void a_location_that_fails_is_tried_with_a_few_and_holds_up_no_other_of_its_site() throws Exception {
        List<Long> first = waiting(10, "cologne", "camera", 100);
        for (int i = 0; i < 10; i++) {
            manager.findWork();
            for (Optional<Lease> lease = claim(); lease.isPresent(); lease = claim()) {
                operations.fail(lease.get(), NOT_MOUNTED);
            }
            database.execute("UPDATE operation SET not_before = clock_timestamp() + interval '1 hour'");
        }
        assertThat(Integer.parseInt(database.value("SELECT count(*) FROM operation")))
                .as("as many as make a link unhealthy, and what was under way then")
                .isBetween(3, 4);
        List<Long> second = waitingAtSecondBuffer(2);
        assertThat(manager.findWork()).isEqualTo(2);
        assertThat(List.of(subject(SECOND_QUEUE), subject(SECOND_QUEUE))).isEqualTo(second);
        operations.held().forEach(lease -> operations.complete(lease, tx -> {}));
        database.execute("UPDATE operation SET not_before = clock_timestamp()");
        for (int i = 0; i < first.size(); i++) {
            manager.findWork();
            send(claim().orElseThrow());
        }
        assertThat(database.value("SELECT count(*) FROM data_transfer WHERE sent_at IS NOT NULL"))
                .as("by themselves, when it is back")
                .isEqualTo("10");
    }

    @Test
    void items_that_never_get_through_close_no_way_that_carries_others() throws Exception {
        waiting(3, "cologne", "camera", 100);
        for (int i = 0; i < 3; i++) {
            manager.findWork();
            for (Optional<Lease> lease = claim(); lease.isPresent(); lease = claim()) {
                operations.fail(lease.get(), NOT_MOUNTED);
            }
            database.execute("UPDATE operation SET not_before = clock_timestamp() + interval '1 hour'");
        }
        waiting(6, "cologne", "camera", 100);
        assertThat(manager.findWork()).as("three failed just now").isZero();
        database.execute("UPDATE operation SET created_at = created_at - interval '6 minutes'");
        assertThat(manager.findWork()).as("one shows how it is").isEqualTo(1);
        assertThat(manager.findWork()).as("and no other beside it").isZero();
        send(claim().orElseThrow());
        assertThat(manager.findWork())
                .as("what failed before it counts no more")
                .isEqualTo(2);
        for (int i = 0; i < 5; i++) {
            manager.findWork();
            send(claim().orElseThrow());
        }
        assertThat(database.value("SELECT count(*) FROM data_transfer WHERE sent_at IS NOT NULL"))
                .as("all that can")
                .isEqualTo("6");
    }

    private long subject(String queue) {
        return operations.claim(queue).orElseThrow().operation().subjectId();
    }

    @Test
    void people_are_told_once_that_a_link_does_not_answer() throws Exception {
        waiting(2, "cologne", "camera", 100);
        failUntilUnhealthy();
        for (int i = 0; i < 5; i++) {
            database.execute("UPDATE link SET probe_at = clock_timestamp()");
            database.execute("UPDATE operation SET not_before = clock_timestamp()");
            manager.findWork();
            operations.fail(claim().orElseThrow(), LINK_DOWN);
        }
        assertThat(database.values("SELECT level || ' ' || occurrences || ' ' || (message LIKE '%no route to host%')"
                        + " FROM notification"))
                .containsExactly("WARNING 1 true");
    }

    @Test
    void a_link_that_is_down_for_a_hundred_times_the_allowed_attempts_costs_no_package_a_human_hand() throws Exception {
        List<Long> three = waiting(3, "cologne", "camera", 100);
        for (int i = 0; i < 800; i++) {
            database.execute("UPDATE link SET probe_at = clock_timestamp() WHERE probe_at IS NOT NULL");
            database.execute("UPDATE operation SET not_before = clock_timestamp()");
            manager.findWork();
            operations.fail(claim().orElseThrow(), LINK_DOWN);
        }
        assertThat(database.value(
                        "SELECT max(attempt) || ' ' || count(*) FILTER (WHERE status = 'FAILED') FROM operation"))
                .isEqualTo("0 0");
        database.execute("UPDATE link SET probe_at = clock_timestamp()");
        for (int i = 0; i < three.size(); i++) {
            manager.findWork();
            send(claim().orElseThrow());
        }
        assertThat(database.value(
                        "SELECT count(*) FROM data_transfer WHERE sent_at IS NOT NULL AND status = 'PENDING'"))
                .isEqualTo("3");
        assertThat(database.value("SELECT consecutive_failures FROM link")).isEqualTo("0");
    }

    @Test
    void a_limit_is_shared_and_what_the_topology_says_now_counts_for_the_next_transfer() throws Exception {
        waiting(2, "cologne", "camera", 100);
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, rate_limit_bytes_per_second)
                SELECT o.id, d.id, 1000000 FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
        manager.findWork();
        assertThat(worker.prepare(claim().orElseThrow()).way().rateLimitBytesPerSecond())
                .isEqualTo(500_000);
        database.execute("UPDATE transfer_route SET rate_limit_bytes_per_second = 3000000");
        assertThat(worker.prepare(claim().orElseThrow()).way().rateLimitBytesPerSecond())
                .isEqualTo(1_500_000);
    }

    @Test
    void looking_for_what_may_go_costs_what_waits_and_not_what_was_sent() throws Exception {
        waiting(1, "cologne", "camera", 100);
        database.execute("""
                WITH p AS (INSERT INTO data_transfer_package (name, buffer_location_id, instrument_id, primary_site_id, status,
                                  package_count, content_bytes, size_bytes, xxh64)
                           SELECT 'dtp-old-' || n, buffer_location_id, instrument_id, primary_site_id, status, 1, 1, size_bytes, xxh64
                             FROM data_transfer_package, generate_series(1, 20000) n RETURNING id)
                INSERT INTO data_transfer (data_transfer_package_id, destination_site_id, is_primary, status, sent_at, incoming_name)
                SELECT p.id, s.id, true, 'COMPLETED', clock_timestamp(), 'x' FROM p, site s WHERE s.short_name = 'us'
                """);
        database.execute("ANALYZE");
        String plan = String.join(
                "\n",
                database.values(
                        "EXPLAIN " + WaitingRows.FIRST.replace(":depth", "12").replace(":again", "200")));
        assertThat(plan)
                .contains("data_transfer_in_line", "data_transfer_to_look_at_again")
                .doesNotContain("Seq Scan on data_transfer");
        String stuck = String.join(
                "\n",
                database.values("EXPLAIN "
                        + ReroutingRows.STUCK
                                .replace(":origins", "ARRAY[1]::bigint[]")
                                .replace(":destinations", "ARRAY[2]::bigint[]")
                                .replace(":alone", "ARRAY[false]")
                                .replace(":limit", "500")));
        assertThat(stuck).contains("data_transfer_to_reroute").doesNotContain("Seq Scan on data_transfer");
        String live = String.join(
                "\n",
                database.values("EXPLAIN "
                        + WaitingRows.LIVE
                                .replace(":type", "'data_transfer'")
                                .replace(":patience", "30")
                                .replace(":trial", "300")));
        assertThat(live).doesNotContain("Seq Scan on data_transfer");
        String looks =
                String.join("\n", database.values("EXPLAIN " + Looks.LOOK.replace(":ids", "ARRAY[1, 2]::bigint[]")));
        assertThat(looks).doesNotContain("Seq Scan on data_transfer");
    }
}
