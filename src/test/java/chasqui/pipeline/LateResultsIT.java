package chasqui.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.notification.Notifications;
import chasqui.testing.DatabaseLink;
import chasqui.testing.TestClock;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that ends while the database is away, over a link that is cut in front of a real one. */
class LateResultsIT {
    private static final OperationType TYPE = new OperationType("deletion");
    private static final String QUEUE = "ccat_buffer_deletion";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestDatabase database = new TestDatabase();
    private final TestClock clock = new TestClock();
    private DatabaseLink link;
    private Path folder;
    private Path journal;
    private RuntimeException refusal;
    private volatile BiConsumer<Handle, Written> disturbance = (tx, written) -> {};
    private volatile boolean served = true;
    private volatile Look looking = written -> {};

    /** The work of these tests: one file with a text. */
    private record Written(Path file, String text) implements Result {}

    private interface Look {
        void accept(Written written) throws IOException;
    }

    private final StageEffects stage = new StageEffects() {
        @Override
        public OperationType type() {
            return TYPE;
        }

        @Override
        public List<ResultKind<?>> results() {
            return List.of(new ResultKind<>(Written.class, (tx, operation, written) -> recorded(tx, written)));
        }
    };

    private final Adopter reader = new Adopter() {
        @Override
        public OperationType type() {
            return TYPE;
        }

        @Override
        public Optional<Result> lookAgain(Lease lease, Result result) throws IOException {
            Written written = (Written) result;
            looking.accept(written);
            return Files.readString(written.file()).equals(written.text()) ? Optional.of(written) : Optional.empty();
        }
    };

    @BeforeEach
    void a_topology(@TempDir Path temporary) throws Exception {
        folder = temporary;
        journal = temporary.resolve("journal");
        TestTopology.on(database.jdbi(), temporary);
        link = new DatabaseLink(database);
    }

    @AfterEach
    void close() throws Exception {
        link.close();
        database.close();
    }

    /** Counts how often a result was recorded. */
    private void recorded(Handle tx, Written written) {
        if (refusal != null) {
            throw refusal;
        }
        disturbance.accept(tx, written);
        Notifications.raise(tx, Notifications.Level.INFO, "written", written.text(), "nothing");
    }

    private String timesRecorded() {
        return database.value("SELECT coalesce(sum(occurrences), 0) FROM notification WHERE cause = 'written'");
    }

    private String completed() {
        return database.value("SELECT count(*) FROM operation_history WHERE status = 'COMPLETED'");
    }

    private List<String> journaled() throws IOException {
        if (Files.notExists(journal)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(journal)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> journal.relativize(file).toString())
                    .toList();
        }
    }

    /** A process of this node. */
    private OperationStore incarnation() {
        return incarnation("here");
    }

    private OperationStore incarnation(String node) {
        return incarnation(node, Duration.ofSeconds(10));
    }

    private OperationStore incarnation(String node, Duration renewEvery) {
        LeaseSettings settings = new LeaseSettings(
                Duration.ofSeconds(60),
                renewEvery,
                Duration.ofSeconds(60),
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)),
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)));
        OperationStore store =
                new OperationStore(link.jdbi(), List.of(stage), NodeIdentity.starting(node), settings, clock);
        store.adoptWith(
                List.of(reader),
                failure -> new Failure(FailureKind.ITEM, true, failure.toString()),
                operation -> served);
        if (node.equals("here")) {
            store.keepResultsIn(new ResultJournal(journal));
        }
        return store;
    }

    private static void beat(OperationStore store) {
        try (LeaseRenewer renewer = new LeaseRenewer(store, () -> {})) {
            renewer.renewAll();
        }
    }

    private long anOperation() {
        return database.jdbi().inTransaction(tx -> {
            long location = tx.createQuery("""
                            SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                             WHERE s.short_name = 'ccat' AND l.name = 'buffer'
                            """).mapTo(Long.class).one();
            long batch = tx.createQuery("INSERT INTO deletion_batch (data_location_id) VALUES (:l) RETURNING id")
                    .bind("l", location)
                    .mapTo(Long.class)
                    .one();
            OperationStore.create(
                    tx, TYPE, "deletion_batch_id", List.of(new OperationStore.NewOperation(batch, location, 100)));
            return batch;
        });
    }

    private Written written(String text) throws IOException {
        return new Written(Files.writeString(folder.resolve("written-" + text), text), text);
    }

    /** Work that is done when the link has been cut. */
    private Lease doneWithoutDatabase(OperationStore store, String text) throws IOException {
        anOperation();
        Lease lease = store.claim(QUEUE).orElseThrow();
        link.cut();
        store.complete(lease, written(text));
        return lease;
    }

    private void leaseRunsOut() {
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 s'");
        assertThat(new OperationStore(
                                database.jdbi(),
                                List.of(stage),
                                NodeIdentity.starting("monitor"),
                                new LeaseSettings(
                                        Duration.ofSeconds(60),
                                        Duration.ofSeconds(10),
                                        Duration.ofSeconds(60),
                                        new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)),
                                        new Backoff(Duration.ofMillis(1), Duration.ofMillis(1))),
                                clock)
                        .recoverStale(10))
                .hasSize(1);
    }

    @Test
    void a_result_waits_in_the_journal_with_its_lease_and_is_recorded_once() throws Exception {
        OperationStore store = incarnation();
        Lease lease = doneWithoutDatabase(store, "one");
        assertThat(journaled()).hasSize(1);
        assertThat(store.held()).containsExactly(lease);
        assertThat(store.late().told()).get().asString().startsWith("1 results of finished work wait");
        assertThat(store.late().problems()).isEmpty();
        assertThat(ResultJournal.look(journal).told())
                .singleElement()
                .asString()
                .startsWith("1 results of finished work wait");
        clock.advance(Duration.ofDays(3));
        beat(store);
        assertThat(lease.isLost()).as("nothing is left to end").isFalse();

        link.mend();
        beat(store);
        beat(store);
        assertThat(completed()).isEqualTo("1");
        assertThat(timesRecorded()).isEqualTo("1");
        assertThat(journaled()).isEmpty();
        assertThat(store.held()).isEmpty();
        assertThat(store.late().results()).isZero();
        assertThat(database.value("SELECT string_agg(outcome, ',') FROM operation_attempt"))
                .isEqualTo("COMPLETED");
    }

    @Test
    void what_a_dead_process_had_done_is_recorded_by_the_next_one_before_it_takes_its_leases_back() throws Exception {
        doneWithoutDatabase(incarnation(), "one");
        link.mend();
        OperationStore next = incarnation();
        assertThat(next.recoverOwnPast()).isEmpty();
        assertThat(completed()).isEqualTo("1");
        assertThat(timesRecorded()).isEqualTo("1");
        assertThat(journaled()).isEmpty();
    }

    @Test
    void a_result_whose_commit_was_carried_out_without_an_answer_is_recorded_once() throws Exception {
        OperationStore store = incarnation();
        anOperation();
        Lease lease = store.claim(QUEUE).orElseThrow();
        link.loseTheAnswerToTheNextCommit();
        store.complete(lease, written("one"));
        assertThat(completed()).as("the server has it").isEqualTo("1");
        assertThat(journaled()).hasSize(1);
        beat(store);
        assertThat(completed()).isEqualTo("1");
        assertThat(timesRecorded()).isEqualTo("1");
        assertThat(journaled()).isEmpty();
        assertThat(store.held()).isEmpty();
    }

    @Test
    void where_the_lease_is_gone_and_nobody_has_the_work_it_is_adopted_after_another_look() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        leaseRunsOut();
        link.mend();
        beat(store);
        await().atMost(LIMIT).until(() -> store.late().results() == 0);
        assertThat(completed()).isEqualTo("1");
        assertThat(timesRecorded()).isEqualTo("1");
        assertThat(journaled()).isEmpty();
        assertThat(store.held()).isEmpty();
        assertThat(database.value("SELECT string_agg(outcome, ',' ORDER BY ended_at) FROM operation_attempt"))
                .isEqualTo("STALLED,COMPLETED");
    }

    @Test
    void where_nothing_is_begun_now_it_waits_and_nobody_here_does_it_again() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        leaseRunsOut();
        served = false;
        link.mend();
        beat(store);
        assertThat(journaled()).hasSize(1);
        assertThat(database.value("SELECT status FROM operation")).isEqualTo("PENDING");
        assertThat(store.claim(QUEUE)).isEmpty();
        served = true;
        beat(store);
        await().atMost(LIMIT).until(() -> store.late().results() == 0);
        assertThat(timesRecorded()).isEqualTo("1");
    }

    @Test
    void a_look_that_fails_costs_the_work_no_attempt() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        leaseRunsOut();
        looking = written -> {
            throw new IOException("Input/output error");
        };
        link.mend();
        beat(store);
        await().atMost(LIMIT)
                .until(() -> store.late().results() == 0 && store.held().isEmpty());
        assertThat(database.value("SELECT status || ' ' || attempt FROM operation"))
                .isEqualTo("PENDING 0");
        assertThat(store.claim(QUEUE)).as("it is done again").isPresent();
    }

    @Test
    void what_is_adopted_before_any_claim_of_its_process_may_wait_for_the_database_once_more() throws Exception {
        doneWithoutDatabase(incarnation(), "one");
        leaseRunsOut();
        String old = journaled().get(0);
        OperationStore next = incarnation();
        looking = written -> link.cut();
        link.mend();
        beat(next);
        await().atMost(LIMIT)
                .until(() -> journaled().size() == 1 && !journaled().contains(old));
        looking = written -> {};
        link.mend();
        await().atMost(LIMIT).until(() -> beaten(next).late().results() == 0);
        assertThat(journaled()).isEmpty();
        assertThat(timesRecorded()).isEqualTo("1");
    }

    @Test
    void a_result_is_of_the_database_that_its_work_was_claimed_in() throws Exception {
        OperationStore store = incarnation();
        anOperation();
        store.giveBack(store.claim(QUEUE).orElseThrow(), "to try");
        database.execute("UPDATE installation SET id = gen_random_uuid()");
        Lease lease = store.claim(QUEUE).orElseThrow();
        link.cut();
        store.complete(lease, written("one"));
        link.mend();
        beat(store);
        assertThat(journaled()).as("nothing is refused").isEmpty();
        assertThat(timesRecorded()).isEqualTo("1");
    }

    @Test
    void a_look_that_ends_with_an_error_of_the_program_holds_nothing() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        leaseRunsOut();
        CountDownLatch looked = new CountDownLatch(1);
        looking = written -> {
            looked.countDown();
            throw new NoClassDefFoundError("a part of this program");
        };
        link.mend();
        beat(store);
        assertThat(looked.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        await().atMost(LIMIT).until(() -> store.held().isEmpty());
        looking = written -> {};
        assertThat(database.value("SELECT attempt || ' ' || failure_kind FROM operation"))
                .isEqualTo("0 PLATFORM");
        await().atMost(LIMIT).until(() -> {
            database.value("SELECT count(*) FROM wake_parked()");
            return beaten(store).late().results() == 0;
        });
        assertThat(timesRecorded()).isEqualTo("1");
    }

    @Test
    void without_a_thread_to_look_with_nothing_is_held_and_it_is_tried_again() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        leaseRunsOut();
        AtomicBoolean full = new AtomicBoolean(true);
        store.adoptWith(
                List.of(reader),
                failure -> new Failure(FailureKind.ITEM, true, failure.toString()),
                operation -> served,
                task -> {
                    if (full.get()) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    task.run();
                });
        link.mend();
        beat(store);
        assertThat(store.held()).isEmpty();
        assertThat(database.value("SELECT status || ' ' || attempt || ' ' || stalls FROM operation"))
                .isEqualTo("PENDING 0 0");
        assertThat(journaled()).as("what was done waits").hasSize(1).noneMatch(file -> file.startsWith("refused"));
        full.set(false);
        await().atMost(LIMIT).until(() -> beaten(store).late().results() == 0);
        assertThat(timesRecorded()).isEqualTo("1");
    }

    @Test
    void few_are_looked_at_together_at_one_location() throws Exception {
        OperationStore store = incarnation();
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            anOperation();
            leases.add(store.claim(QUEUE).orElseThrow());
        }
        link.cut();
        for (Lease lease : leases) {
            store.complete(lease, written("of-" + lease.operation().id()));
        }
        database.execute("UPDATE operation SET status = 'PENDING', lease_token = NULL, lease_owner = NULL,"
                + " lease_boot_id = NULL, lease_expires_at = NULL");
        CountDownLatch on = new CountDownLatch(1);
        looking = written -> {
            try {
                on.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException told) {
                throw new IOException(told);
            }
        };
        link.mend();
        beat(store);
        beat(store);
        assertThat(store.held()).hasSize(2);
        assertThat(database.values("SELECT status FROM operation")).containsOnlyOnce("PENDING");
        on.countDown();
        await().atMost(LIMIT).until(() -> beaten(store).late().results() == 0);
        assertThat(timesRecorded()).isEqualTo("3");
        assertThat(database.value("SELECT count(*) FROM operation_attempt")).isEqualTo("3");
    }

    @Test
    void where_the_bytes_are_others_by_then_it_is_not_adopted_and_done_again() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        leaseRunsOut();
        Files.writeString(folder.resolve("written-one"), "two");
        link.mend();
        beat(store);
        await().atMost(LIMIT)
                .until(() -> store.late().results() == 0 && store.held().isEmpty());
        assertThat(completed()).isEqualTo("0");
        assertThat(timesRecorded()).isEqualTo("0");
        assertThat(journaled()).isEmpty();
        assertThat(database.value("SELECT status || ' ' || attempt FROM operation"))
                .isEqualTo("PENDING 0");
        store.complete(store.claim(QUEUE).orElseThrow(), written("again"));
        assertThat(completed()).isEqualTo("1");
    }

    @Test
    void what_is_done_and_not_recorded_is_not_done_again_by_the_same_process() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        leaseRunsOut();
        link.mend();
        assertThat(store.claim(QUEUE)).as("before any beat").isEmpty();
        beat(store);
        await().atMost(LIMIT).until(() -> store.late().results() == 0);
        assertThat(timesRecorded()).isEqualTo("1");
    }

    @Test
    void while_another_has_the_work_it_waits_and_is_dropped_when_that_has_done_it() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        leaseRunsOut();
        link.mend();
        OperationStore other = incarnation("elsewhere");
        Lease theirs = other.claim(QUEUE).orElseThrow();
        beat(store);
        assertThat(store.held()).as("the lease is another's").isEmpty();
        assertThat(journaled()).hasSize(1);
        other.complete(theirs, written("theirs"));
        beat(store);
        assertThat(journaled()).isEmpty();
        assertThat(completed()).isEqualTo("1");
        assertThat(timesRecorded()).isEqualTo("1");
        assertThat(database.value("SELECT message FROM notification")).isEqualTo("theirs");
    }

    @Test
    void while_another_has_the_work_it_waits_and_is_adopted_when_that_gives_it_back() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        leaseRunsOut();
        link.mend();
        OperationStore other = incarnation("elsewhere");
        Lease theirs = other.claim(QUEUE).orElseThrow();
        beat(store);
        other.giveBack(theirs, "shutdown");
        beat(store);
        await().atMost(LIMIT).until(() -> store.late().results() == 0);
        assertThat(database.value("SELECT message FROM notification")).isEqualTo("one");
        assertThat(completed()).isEqualTo("1");
    }

    @Test
    void of_several_results_a_torn_one_and_a_damaged_one_are_told_and_the_others_recorded() throws Exception {
        OperationStore store = incarnation();
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            anOperation();
            leases.add(store.claim(QUEUE).orElseThrow());
        }
        link.cut();
        for (Lease lease : leases) {
            store.complete(lease, written("of-" + lease.operation().id()));
        }
        List<String> files = new ArrayList<>(journaled());
        files.sort(null);
        Path damaged = journal.resolve(files.get(0));
        Files.writeString(damaged, Files.readString(damaged).replace("\"bytes\":0", "\"bytes\":1"));
        Path torn = journal.resolve(files.get(1) + ".new");
        Files.move(journal.resolve(files.get(1)), torn);
        byte[] whole = Files.readAllBytes(torn);
        Files.write(torn, java.util.Arrays.copyOf(whole, whole.length / 2));

        link.mend();
        OperationStore next = incarnation();
        assertThat(next.recoverOwnPast()).as("those whose results are lost").hasSize(2);
        assertThat(completed()).isEqualTo("1");
        assertThat(timesRecorded()).isEqualTo("1");
        assertThat(journaled())
                .containsExactlyInAnyOrder("refused/" + files.get(0), "refused/" + files.get(0) + ".why");
        assertThat(next.late().problems()).singleElement().asString().startsWith("1 results");
        assertThat(ResultJournal.look(journal).told())
                .singleElement()
                .asString()
                .startsWith("1 results were refused");
    }

    @Test
    void where_the_journal_cannot_be_written_the_work_stays_in_hand_and_is_said_to() throws Exception {
        OperationStore store = incarnation();
        Files.writeString(journal, "a file where the folder belongs");
        Lease lease = doneWithoutDatabase(store, "one");
        assertThat(store.held()).containsExactly(lease);
        assertThat(store.late().problems())
                .singleElement()
                .asString()
                .contains("cannot be written to " + journal)
                .contains("make room");
        beat(store);
        Files.delete(journal);
        beat(store);
        assertThat(journaled()).as("with the database still away").hasSize(1);
        assertThat(store.late().problems()).isEmpty();
        link.mend();
        beat(store);
        assertThat(timesRecorded()).isEqualTo("1");
        assertThat(journaled()).isEmpty();
    }

    @Test
    void what_the_database_refuses_for_good_is_left_to_a_human_and_the_work_is_tried_again() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        refusal = new IllegalArgumentException("no such row");
        link.mend();
        beat(store);
        assertThat(journaled()).hasSize(2).allMatch(file -> file.startsWith("refused/"));
        assertThat(database.value("SELECT level || ' ' || cause FROM notification"))
                .isEqualTo("ERROR result-refused:" + QUEUE);
        assertThat(database.value("SELECT status || ' ' || attempt || ' ' || failure_kind FROM operation"))
                .isEqualTo("PENDING 1 ITEM");
        assertThat(store.held()).isEmpty();
        beat(store);
        assertThat(database.value("SELECT count(*) FROM notification")).isEqualTo("1");
    }

    @Test
    void what_cannot_be_recorded_yet_keeps_its_lease_and_is_tried_again() throws Exception {
        OperationStore store = incarnation();
        Lease lease = doneWithoutDatabase(store, "one");
        refusal = new ChasquiException(FailureKind.PLATFORM, true, "no archive site now");
        link.mend();
        beat(store);
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() + interval '5 s'");
        clock.advance(Duration.ofDays(3));
        beat(store);
        assertThat(store.held()).containsExactly(lease);
        assertThat(journaled()).hasSize(1);
        assertThat(database.value("SELECT lease_expires_at > clock_timestamp() + interval '30 s' FROM operation"))
                .as("renewed, however long ago the work ended")
                .isEqualTo("t");
        refusal = null;
        await().atMost(LIMIT).until(() -> beaten(store).held().isEmpty());
        assertThat(timesRecorded()).isEqualTo("1");
    }

    /** What the server cancels, every time, while it does everything else. */
    private static void alwaysCancelled(Handle tx) {
        tx.execute("SET LOCAL statement_timeout = 20");
        tx.execute("SELECT pg_sleep(10)");
    }

    @Test
    void one_result_that_the_database_cancels_keeps_neither_the_others_nor_claims_nor_the_next_start()
            throws Exception {
        OperationStore store = incarnation();
        anOperation();
        anOperation();
        Lease stuck = store.claim(QUEUE).orElseThrow();
        Lease good = store.claim(QUEUE).orElseThrow();
        link.cut();
        store.complete(stuck, written("stuck"));
        store.complete(good, written("good"));
        disturbance = (tx, written) -> {
            if (written.text().equals("stuck")) {
                alwaysCancelled(tx);
            }
        };
        link.mend();
        anOperation();
        Lease other = store.claim(QUEUE).orElseThrow();
        beat(store);
        assertThat(completed()).as("the good one").isEqualTo("1");
        assertThat(store.held()).as("nobody else gets it").containsExactlyInAnyOrder(stuck, other);
        await().atMost(LIMIT).until(() -> !beaten(store).late().problems().isEmpty());
        assertThat(store.late().problems())
                .singleElement()
                .asString()
                .contains("its result waits", "canceling statement");
        assertThat(database.value("SELECT level FROM notification WHERE cause = 'result-waits:" + QUEUE + "'"))
                .isEqualTo("WARNING");

        OperationStore next = incarnation();
        assertThat(next.recoverOwnPast())
                .as("what waits is still under its lease, and not done again at once")
                .containsExactly(other.operation().id());
        disturbance = (tx, written) -> {};
        await().atMost(LIMIT).until(() -> beaten(next).late().results() == 0);
        assertThat(completed()).isEqualTo("2");
    }

    @Test
    void results_behind_a_lock_that_nobody_lets_go_hold_up_neither_a_start_nor_another_result() throws Exception {
        OperationStore store = incarnation();
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            anOperation();
            leases.add(store.claim(QUEUE).orElseThrow());
        }
        link.cut();
        for (Lease lease : leases) {
            store.complete(lease, written("of-" + lease.operation().id()));
        }
        link.mend();
        OperationStore next = incarnation();
        try (Handle somebody = database.jdbi().open()) {
            somebody.begin();
            somebody.execute("SELECT FROM operation WHERE id < (SELECT max(id) FROM operation) FOR UPDATE");
            assertThat(CompletableFuture.supplyAsync(next::recoverOwnPast).get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isEmpty();
            assertThat(completed()).isEqualTo("1");
            assertThat(next.late().results()).isEqualTo(7);
            somebody.rollback();
        }
        await().atMost(LIMIT).until(() -> beaten(next).late().results() == 0);
        assertThat(completed()).isEqualTo("8");
    }

    private static OperationStore beaten(OperationStore store) {
        beat(store);
        return store;
    }

    @Test
    void leases_are_renewed_while_a_result_takes_long_to_record() throws Exception {
        OperationStore store = incarnation("here", Duration.ofMillis(200));
        anOperation();
        anOperation();
        Lease live = store.claim(QUEUE).orElseThrow();
        Lease done = store.claim(QUEUE).orElseThrow();
        link.cut();
        store.complete(done, written("slow"));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch on = new CountDownLatch(1);
        disturbance = (tx, written) -> {
            begun.countDown();
            try {
                on.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException told) {
                Thread.currentThread().interrupt();
            }
        };
        link.mend();
        try (LeaseRenewer renewer = new LeaseRenewer(store, () -> {})) {
            assertThat(begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            String beat = "SELECT heartbeat_at FROM operation WHERE id = "
                    + live.operation().id();
            for (int i = 0; i < 2; i++) {
                String before = database.value(beat);
                await().atMost(LIMIT).until(() -> !database.value(beat).equals(before));
            }
            on.countDown();
            await().atMost(LIMIT).until(() -> store.late().results() == 0);
        }
        assertThat(live.isLost() || done.isLost()).isFalse();
        assertThat(completed()).isEqualTo("1");
    }

    /** Ends when the recording of a result has begun; that takes until the other has counted down. */
    private CountDownLatch recordingOf(String text, CountDownLatch on) {
        CountDownLatch begun = new CountDownLatch(1);
        disturbance = (tx, written) -> {
            if (written.text().equals(text)) {
                begun.countDown();
                try {
                    on.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
                } catch (InterruptedException told) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        return begun;
    }

    @Test
    void claims_go_on_while_results_are_recorded_except_of_what_is_done() throws Exception {
        OperationStore store = incarnation();
        anOperation();
        anOperation();
        Lease slow = store.claim(QUEUE).orElseThrow();
        Lease done = store.claim(QUEUE).orElseThrow();
        link.cut();
        store.complete(slow, written("slow"));
        store.complete(done, written("done"));
        database.execute("UPDATE operation SET status = 'PENDING', lease_token = NULL, lease_owner = NULL,"
                + " lease_boot_id = NULL, lease_expires_at = NULL WHERE id = "
                + done.operation().id());
        anOperation();
        CountDownLatch on = new CountDownLatch(1);
        CountDownLatch begun = recordingOf("slow", on);
        link.mend();
        CompletableFuture<Void> beat = CompletableFuture.runAsync(() -> beat(store));
        try {
            assertThat(begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(store.claim(QUEUE).map(lease -> lease.operation().id()))
                    .as("the youngest")
                    .hasValueSatisfying(
                            id -> assertThat(id).isGreaterThan(done.operation().id()));
            assertThat(store.claim(QUEUE)).isEmpty();
        } finally {
            on.countDown();
            beat.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        await().atMost(LIMIT).until(() -> store.late().results() == 0);
        assertThat(completed()).isEqualTo("2");
    }

    @Test
    void a_start_takes_nothing_back_before_a_recording_that_is_under_way_has_ended() throws Exception {
        OperationStore before = incarnation();
        anOperation();
        anOperation();
        Lease first = before.claim(QUEUE).orElseThrow();
        Lease second = before.claim(QUEUE).orElseThrow();
        link.cut();
        before.complete(first, written("first"));
        before.complete(second, written("second"));
        CountDownLatch on = new CountDownLatch(1);
        CountDownLatch begun = recordingOf("first", on);
        link.mend();
        OperationStore next = incarnation();
        CompletableFuture<Void> beat = CompletableFuture.runAsync(() -> beat(next));
        List<Long> again = new ArrayList<>();
        Thread start = new Thread(() -> again.addAll(next.recoverOwnPast()));
        try {
            assertThat(begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            start.start();
            await().atMost(LIMIT)
                    .until(() ->
                            start.getState() == Thread.State.WAITING || start.getState() == Thread.State.TERMINATED);
        } finally {
            on.countDown();
            beat.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        start.join(LIMIT.toMillis());
        assertThat(again).isEmpty();
        assertThat(completed()).isEqualTo("2");
        assertThat(timesRecorded()).isEqualTo("2");
    }

    @Test
    void a_result_of_another_database_is_never_recorded_and_left_to_a_human() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        leaseRunsOut();
        database.execute("UPDATE installation SET id = gen_random_uuid()");
        link.mend();
        beat(store);
        assertThat(journaled()).hasSize(2).allMatch(file -> file.startsWith("refused/"));
        assertThat(Files.readString(journal.resolve(journaled().stream()
                        .filter(file -> file.endsWith(".why"))
                        .findFirst()
                        .orElseThrow())))
                .startsWith("it is work of the database ");
        assertThat(database.value("SELECT level || ' ' || cause FROM notification"))
                .isEqualTo("ERROR result-refused:" + QUEUE);
        assertThat(timesRecorded()).isEqualTo("0");
        assertThat(database.value("SELECT status || ' ' || attempt FROM operation"))
                .as("looks the same")
                .isEqualTo("PENDING 0");
        assertThat(store.held()).isEmpty();
        assertThat(store.claim(QUEUE)).as("it is done here").isPresent();
    }

    @Test
    void a_step_in_the_middle_that_never_passes_is_given_up_and_not_tried_for_ever() throws Exception {
        OperationStore store = incarnation();
        anOperation();
        Lease lease = store.claim(QUEUE).orElseThrow();
        assertThat(CompletableFuture.supplyAsync(() -> {
                            try {
                                store.record(lease, LateResultsIT::alwaysCancelled);
                                return "done";
                            } catch (RuntimeException failure) {
                                return failure.getMessage();
                            }
                        })
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .contains("canceling statement");
        assertThat(lease.isLost()).isFalse();
    }

    @Test
    void a_result_is_not_held_against_another_operation_that_has_its_number() throws Exception {
        OperationStore store = incarnation();
        Lease lease = doneWithoutDatabase(store, "first");
        long id = lease.operation().id();
        database.execute("DELETE FROM operation WHERE id = " + id);
        database.execute("ALTER TABLE operation ALTER COLUMN id RESTART WITH " + id);
        anOperation();
        link.mend();
        beat(store);
        assertThat(store.late().results()).isZero();
        assertThat(store.held()).isEmpty();
        assertThat(database.value("SELECT id || ' ' || status FROM operation")).isEqualTo(id + " PENDING");
        assertThat(timesRecorded()).isEqualTo("0");
    }

    @Test
    void what_does_not_hold_any_more_when_it_is_recorded_costs_the_item_an_attempt() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "one");
        refusal = new ChasquiException(FailureKind.ITEM, true, "its source has changed");
        link.mend();
        beat(store);
        assertThat(database.value("SELECT status || ' ' || attempt || ' ' || failure_message FROM operation"))
                .isEqualTo("PENDING 1 its source has changed");
        assertThat(journaled()).isEmpty();
        assertThat(store.held()).isEmpty();
    }

    @Test
    void what_cannot_be_read_at_all_does_not_stop_the_start_and_is_told() throws Exception {
        doneWithoutDatabase(incarnation(), "one");
        Files.createDirectories(journal.resolve("op-17-x.json"));
        Files.createDirectories(journal.resolve("op-18-x.json.new/full"));
        link.mend();
        OperationStore next = incarnation();
        next.recoverOwnPast();
        assertThat(timesRecorded()).isEqualTo("1");
        assertThat(journal.resolve("refused/op-17-x.json")).exists();
        assertThat(next.late().problems())
                .anyMatch(one -> one.contains("op-18-x.json.new") && one.contains("cannot be read"))
                .anyMatch(one -> one.startsWith("1 results"));
    }

    @Test
    void a_shutdown_without_the_database_leaves_the_result_to_the_next_start() throws Exception {
        OperationStore store = incarnation();
        Lease lease = doneWithoutDatabase(store, "one");
        link.mend();
        store.giveBack(lease, "the node is shutting down");
        assertThat(database.value("SELECT status FROM operation")).isEqualTo("IN_PROGRESS");
        incarnation().recoverOwnPast();
        assertThat(timesRecorded()).isEqualTo("1");
    }

    @Test
    void work_that_needs_the_database_in_the_middle_waits_for_it_and_does_not_stall() throws Exception {
        OperationStore store = incarnation();
        anOperation();
        Lease lease = store.claim(QUEUE).orElseThrow();
        lease.phase("packing", 10, Duration.ofSeconds(60));
        lease.advance(4);
        link.cut();
        CompletableFuture<Void> middle = CompletableFuture.runAsync(
                () -> store.record(lease, tx -> Notifications.raise(tx, Notifications.Level.INFO, "mid", "m", "n")));
        await().atMost(LIMIT).until(() -> lease.phase().equals("waiting for the database"));
        clock.advance(Duration.ofDays(3));
        beat(store);
        assertThat(lease.isLost()).isFalse();
        link.mend();
        middle.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(lease.phase()).isEqualTo("packing");
        assertThat(lease.bytesDone()).isEqualTo(4);
        assertThat(database.value("SELECT occurrences FROM notification WHERE cause = 'mid'"))
                .isEqualTo("1");
        assertThat(lease.isStalled()).isFalse();
    }

    @Test
    void names_and_texts_come_back_from_the_journal_as_they_were() throws Exception {
        OperationStore store = incarnation();
        doneWithoutDatabase(store, "\"quoted\" back\\slash new\nline é 𝄞");
        byte[] file = Files.readAllBytes(journal.resolve(journaled().get(0)));
        assertThat(new String(file, StandardCharsets.UTF_8).lines()).hasSize(2);
        link.mend();
        incarnation().recoverOwnPast();
        assertThat(database.value("SELECT message FROM notification"))
                .isEqualTo("\"quoted\" back\\slash new\nline é 𝄞");
    }
}
