package chasqui.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.inspection.QueueReader;
import chasqui.inspection.QueueStatus;
import chasqui.inspection.StatusReader;
import chasqui.inspection.StatusText;
import chasqui.testing.TestClock;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperationStoreIT {
    private static final OperationType TYPE = new OperationType("deletion");
    private static final String QUEUE = "ccat_buffer_deletion";
    private static final Duration FIRST_RETRY = Duration.ofMinutes(1);

    private final TestDatabase database = new TestDatabase();
    private final TestClock clock = new TestClock();
    private final List<String> effects = new ArrayList<>();
    private RuntimeException claimEffectThrows;
    private long poisoned;
    private long lockedOut;

    private final StageEffects stage = new StageEffects() {
        @Override
        public OperationType type() {
            return TYPE;
        }

        @Override
        public void onClaim(Handle tx, Operation operation) {
            if (claimEffectThrows != null) {
                throw claimEffectThrows;
            }
            if (operation.id() == lockedOut) {
                tx.execute("SET LOCAL lock_timeout = 20");
                tx.execute("SELECT FROM instrument FOR UPDATE");
            }
            effects.add("claim");
        }

        @Override
        public void onPutBack(Handle tx, Operation operation) {
            if (operation.id() == poisoned) {
                tx.execute("SELECT 1 / 0");
            }
            effects.add("put back");
        }

        @Override
        public void onFailure(Handle tx, Operation operation, Failure failure) {
            effects.add("failure");
        }
    };

    @BeforeEach
    void a_topology(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private OperationStore store(NodeIdentity node) {
        LeaseSettings settings = new LeaseSettings(
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                new Backoff(FIRST_RETRY, Duration.ofHours(1)),
                new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(5)));
        return new OperationStore(database.jdbi(), List.of(stage), node, settings, clock);
    }

    private final OperationStore store = store(NodeIdentity.starting("here"));

    private long anOperation(int priority) {
        return database.jdbi().inTransaction(tx -> {
            long location = tx.createQuery(
                            "SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id WHERE s.short_name = 'ccat' AND l.name = 'buffer'")
                    .mapTo(Long.class)
                    .one();
            long batch = tx.createQuery("INSERT INTO deletion_batch (data_location_id) VALUES (:l) RETURNING id")
                    .bind("l", location)
                    .mapTo(Long.class)
                    .one();
            OperationStore.create(
                    tx, TYPE, "deletion_batch_id", List.of(new OperationStore.NewOperation(batch, location, priority)));
            return batch;
        });
    }

    @Test
    void the_most_urgent_operation_is_claimed_first_and_only_once() {
        long late = anOperation(100);
        long urgent = anOperation(1);
        assertThat(store.claim(QUEUE).orElseThrow().operation().subjectId()).isEqualTo(urgent);
        assertThat(store.claim(QUEUE).orElseThrow().operation().subjectId()).isEqualTo(late);
        assertThat(store.claim(QUEUE)).isEmpty();
        assertThat(effects).containsExactly("claim", "claim");
    }

    @Test
    void one_that_meets_a_lock_at_its_claim_keeps_no_other_from_being_claimed() {
        anOperation(1);
        long other = anOperation(100);
        lockedOut = Long.parseLong(database.value("SELECT min(id) FROM operation"));
        try (Handle somebody = database.jdbi().open()) {
            somebody.begin();
            somebody.execute("SELECT FROM instrument FOR UPDATE");
            assertThatThrownBy(() -> store.claim(QUEUE)).satisfies(locked -> assertThat(DatabaseTrouble.lock(locked))
                    .isPresent());
            assertThat(store.claim(QUEUE).orElseThrow().operation().subjectId()).isEqualTo(other);
            assertThat(store.claim(QUEUE)).as("it waits a minute").isEmpty();
            somebody.rollback();
        }
        assertThat(database.value("SELECT status || ' ' || attempt FROM operation WHERE id = " + lockedOut))
                .isEqualTo("PENDING 0");
        assertThat(store(NodeIdentity.starting("there")).claim(QUEUE))
                .as("others may try")
                .isPresent();
    }

    @Test
    void a_failure_that_the_database_did_not_take_is_recorded_at_the_next_beat_and_is_no_stall() {
        anOperation(100);
        Lease lease = store.claim(QUEUE).orElseThrow();
        database.execute("ALTER TABLE operation_attempt RENAME TO away");
        assertThatThrownBy(() -> store.fail(lease, new Failure(FailureKind.PLATFORM, true, "no database")))
                .isInstanceOf(JdbiException.class);
        try (LeaseRenewer renewer = new LeaseRenewer(store, () -> {})) {
            renewer.renewAll();
            assertThat(database.value("SELECT status FROM operation")).isEqualTo("IN_PROGRESS");
            database.execute("ALTER TABLE away RENAME TO operation_attempt");
            renewer.renewAll();
            renewer.renewAll();
        }
        assertThat(database.value(
                        "SELECT status || ' ' || stalls || ' ' || attempt || ' ' || waits_for FROM operation"))
                .isEqualTo("PENDING 0 0 platform: no database");
        assertThat(database.value("SELECT string_agg(outcome, ',') FROM operation_attempt"))
                .isEqualTo("PARKED");
        assertThat(effects).containsExactly("claim", "put back");
    }

    @Test
    void a_beat_that_meets_work_at_its_end_neither_waits_for_it_nor_ends_it() throws Exception {
        OperationStore store = store(NodeIdentity.starting("one"));
        ExecutorService beats = Executors.newSingleThreadExecutor();
        try (LeaseRenewer renewer = new LeaseRenewer(store, () -> {})) {
            for (int i = 0; i < 20; i++) {
                anOperation(100);
                Lease lease = store.claim(QUEUE).orElseThrow();
                store.complete(lease, tx -> {
                    Future<?> beat = beats.submit(renewer::renewAll);
                    await("the beat passes over the row")
                            .atMost(Duration.ofSeconds(30))
                            .until(beat::isDone);
                });
                assertThat(lease.isLost()).isFalse();
                assertThat(Thread.interrupted()).isFalse();
            }
        } finally {
            beats.shutdownNow();
        }
    }

    @Test
    void an_interrupt_for_lost_work_does_not_outlive_the_work() throws Exception {
        OperationStore store = store(NodeIdentity.starting("one"));
        anOperation(100);
        Lease lease = store.claim(QUEUE).orElseThrow();
        lease.lose("taken over");
        store.lost(lease);
        assertThat(Thread.interrupted()).as("the thread that worked").isFalse();
    }

    @Test
    void a_subject_has_one_live_operation_at_a_location() {
        long batch = anOperation(100);
        int created = database.jdbi().inTransaction(tx -> {
            long location = tx.createQuery("SELECT data_location_id FROM operation")
                    .mapTo(Long.class)
                    .one();
            return OperationStore.create(
                    tx, TYPE, "deletion_batch_id", List.of(new OperationStore.NewOperation(batch, location, 1)));
        });
        assertThat(created).isZero();
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("1");
    }

    @Test
    void completed_work_moves_to_the_history_together_with_the_stages_effect() {
        long batch = anOperation(100);
        Lease lease = store.claim(QUEUE).orElseThrow();
        lease.advance(42);
        store.complete(lease, tx -> tx.execute("UPDATE deletion_batch SET status = 'COMPLETED' WHERE id = ?", batch));
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("0");
        assertThat(database.value("SELECT status || ' ' || bytes_done || ' ' || node FROM operation_history"))
                .isEqualTo("COMPLETED 42 here");
        assertThat(database.value("SELECT outcome FROM operation_attempt")).isEqualTo("COMPLETED");
        assertThat(database.value("SELECT status FROM deletion_batch")).isEqualTo("COMPLETED");
        assertThat(store.held()).isEmpty();
    }

    @Test
    void an_effect_that_throws_leaves_the_operation_as_it_was() {
        anOperation(100);
        Lease lease = store.claim(QUEUE).orElseThrow();
        assertThatThrownBy(() -> store.complete(lease, tx -> {
                    throw new IllegalStateException("the effect failed");
                }))
                .hasMessage("the effect failed");
        assertThat(database.value("SELECT status FROM operation")).isEqualTo("IN_PROGRESS");
        assertThat(store.held()).containsExactly(lease);
        store.complete(lease, Effect.NONE);
    }

    @Test
    void an_item_failure_waits_for_its_backoff_and_fails_for_good_when_its_attempts_are_spent() {
        anOperation(100);
        database.execute("UPDATE operation SET max_attempts = 2");
        store.fail(store.claim(QUEUE).orElseThrow(), new Failure(FailureKind.ITEM, true, "first"));
        assertThat(store.claim(QUEUE)).as("it waits for its backoff").isEmpty();
        database.execute("UPDATE operation SET not_before = clock_timestamp()");
        store.fail(store.claim(QUEUE).orElseThrow(), new Failure(FailureKind.ITEM, true, "second"));
        assertThat(database.value("SELECT status || ' ' || attempt || ' ' || failure_message FROM operation"))
                .isEqualTo("FAILED 2 second");
        assertThat(effects).containsExactly("claim", "put back", "claim", "failure");
    }

    @Test
    void a_failure_of_the_location_parks_the_work_and_costs_no_attempt() {
        anOperation(100);
        for (int i = 0; i < 20; i++) {
            store.fail(store.claim(QUEUE).orElseThrow(), new Failure(FailureKind.LOCATION, true, "disk full"));
            database.execute("UPDATE operation SET not_before = clock_timestamp()");
            assertThat(database.values("SELECT id::text FROM wake_parked()")).hasSize(1);
        }
        assertThat(database.value("SELECT status || ' ' || attempt FROM operation"))
                .isEqualTo("PENDING 0");
    }

    @Test
    void the_pause_of_parked_work_grows_up_to_its_longest_and_starts_anew_after_another_failure() {
        anOperation(100);
        String pause = "SELECT ceil(extract(epoch FROM not_before - clock_timestamp()) / 60)::int FROM operation";
        List<String> parks = new ArrayList<>();
        for (FailureKind kind :
                List.of(FailureKind.LOCATION, FailureKind.LINK, FailureKind.LOCATION, FailureKind.LOCATION)) {
            store.fail(store.claim(QUEUE).orElseThrow(), new Failure(kind, true, "not there"));
            parks.add(database.value("SELECT parks FROM operation"));
            assertThat(Integer.parseInt(database.value(pause))).isBetween(1, 5);
            database.execute("UPDATE operation SET not_before = clock_timestamp()");
            database.values("SELECT id FROM wake_parked()");
        }
        assertThat(parks).containsExactly("1", "2", "3", "4");
        store.fail(store.claim(QUEUE).orElseThrow(), new Failure(FailureKind.LOCATION, true, "still not there"));
        assertThat(Integer.parseInt(database.value(pause)))
                .as("half of the longest at least")
                .isGreaterThanOrEqualTo(3);
        database.execute("UPDATE operation SET not_before = clock_timestamp()");
        database.values("SELECT id FROM wake_parked()");
        store.fail(store.claim(QUEUE).orElseThrow(), new Failure(FailureKind.ITEM, true, "the item itself"));
        assertThat(database.value("SELECT parks FROM operation")).isEqualTo("0");
    }

    @Test
    void work_that_is_refused_at_its_claim_is_recorded_as_failed() {
        anOperation(100);
        claimEffectThrows = new ChasquiException(FailureKind.ITEM, false, "no proof");
        assertThat(store.claim(QUEUE)).isEmpty();
        assertThat(database.value("SELECT status || ' ' || failure_message FROM operation"))
                .isEqualTo("FAILED no proof");
    }

    @Test
    void a_worker_whose_lease_ran_out_can_change_nothing() {
        anOperation(100);
        Lease frozen = store.claim(QUEUE).orElseThrow();
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 second'");
        assertThat(store.recoverStale(100)).hasSize(1);
        Lease next = store.claim(QUEUE).orElseThrow();

        assertThatThrownBy(() -> store.complete(frozen, Effect.NONE)).isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> store.record(frozen, Effect.NONE)).isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> store.cancel(frozen, Effect.NONE)).isInstanceOf(LeaseLost.class);
        assertThat(store.fail(frozen, new Failure(FailureKind.ITEM, false, "late")))
                .isSameAs(Verdict.NOT_OURS);
        assertThat(database.value("SELECT status || ' ' || (lease_token = '" + next.token() + "') FROM operation"))
                .isEqualTo("IN_PROGRESS true");
    }

    @Test
    void three_stalls_on_live_nodes_are_a_permanent_failure() {
        anOperation(100);
        for (int i = 0; i < 3; i++) {
            Lease stuck = store.claim(QUEUE).orElseThrow();
            database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 second'");
            beatOfTheNodeThatHolds(stuck);
            store.recoverStale(100);
        }
        assertThat(database.value("SELECT status || ' ' || failure_kind FROM operation"))
                .isEqualTo("FAILED ITEM");
        assertThat(effects).containsExactly("claim", "put back", "claim", "put back", "claim", "failure");
    }

    private void beatOfTheNodeThatHolds(Lease lease) {
        database.execute("""
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations)
                SELECT lease_owner, lease_boot_id, '1', 'here', 1, '{}', '{}' FROM operation WHERE lease_token = '%s'
                ON CONFLICT (name) DO UPDATE SET heartbeat_at = clock_timestamp()
                """.formatted(lease.token()));
    }

    @Test
    void work_whose_node_died_or_lost_the_database_is_put_back_as_often_as_it_takes() {
        database.execute("""
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations)
                VALUES ('another', gen_random_uuid(), '1', 'here', 2, '{worker}', '{ccat/*}')
                """);
        anOperation(100);
        for (int i = 0; i < 5; i++) {
            Lease lease = store.claim(QUEUE).orElseThrow();
            beatOfTheNodeThatHolds(lease);
            database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 second'");
            database.execute(
                    "UPDATE node SET heartbeat_at = clock_timestamp() - interval '5 seconds' WHERE name = 'here'");
            assertThat(store.recoverStale(100)).hasSize(1);
        }
        assertThat(database.value("SELECT status || ' ' || stalls || ' ' || attempt FROM operation"))
                .isEqualTo("PENDING 0 0");
    }

    @Test
    void work_that_is_ended_for_want_of_progress_counts_a_stall() {
        anOperation(100);
        try (LeaseRenewer renewer = new LeaseRenewer(store, () -> {})) {
            for (int i = 0; i < 3; i++) {
                Lease lease = store.claim(QUEUE).orElseThrow();
                clock.advance(Duration.ofSeconds(61));
                renewer.renewAll();
                assertThat(Thread.interrupted()).isTrue();
                store.lost(lease);
            }
        }
        assertThat(database.value("SELECT status || ' ' || failure_kind FROM operation"))
                .isEqualTo("FAILED ITEM");
        assertThat(store.held()).isEmpty();
    }

    @Test
    void one_operation_that_cannot_be_put_back_does_not_keep_the_others() {
        anOperation(100);
        anOperation(100);
        poisoned = store.claim(QUEUE).orElseThrow().operation().id();
        store.claim(QUEUE).orElseThrow();
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 second'");
        assertThat(store.recoverStale(100)).hasSize(1).doesNotContain(poisoned);
        assertThat(database.values("SELECT status FROM operation ORDER BY id"))
                .containsExactly("IN_PROGRESS", "PENDING");
    }

    @Test
    void what_cannot_be_put_back_the_third_time_is_told_to_a_human() {
        anOperation(100);
        poisoned = store.claim(QUEUE).orElseThrow().operation().id();
        OperationStore next = store(NodeIdentity.starting("here"));
        String told = "SELECT string_agg(level || ' ' || cause, ',') FROM notification";
        for (int time = 1; time < 3; time++) {
            assertThat(next.recoverOwnPast()).isEmpty();
            assertThat(database.value(told)).as("time " + time).isNull();
        }
        assertThat(next.recoverOwnPast()).isEmpty();
        assertThat(database.value(told)).isEqualTo("ERROR stale:" + QUEUE);
        poisoned = 0;
        assertThat(next.recoverOwnPast()).as("whatever came of it before").hasSize(1);
    }

    @Test
    void what_cannot_be_put_back_does_not_stand_before_the_others_in_the_next_round_either() {
        anOperation(100);
        anOperation(100);
        poisoned = store.claim(QUEUE).orElseThrow().operation().id();
        long other = store.claim(QUEUE).orElseThrow().operation().id();
        database.execute(
                "UPDATE operation SET lease_expires_at = clock_timestamp() - make_interval(secs => 1000 - id)");
        assertThat(store.recoverStale(1)).as("one for each round").isEmpty();
        assertThat(store.recoverStale(1)).containsExactly(other);
    }

    @Test
    void work_that_cannot_go_on_yet_waits_longer_each_time_and_it_costs_nothing() {
        anOperation(100);
        NotYet wait =
                new NotYet("waiting for tape: PENDING", new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(10)));
        store.postpone(store.claim(QUEUE).orElseThrow(), wait);
        assertThat(database.value(
                        "SELECT status || ' ' || attempt || ' ' || coalesce(failure_message, '-') FROM operation"))
                .isEqualTo("PENDING 0 -");
        assertThat(database.value("SELECT waits_for FROM operation"))
                .matches("waiting for tape: PENDING, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\dZ");
        assertThat(database.value(NEXT_LOOK)).isEqualTo("true");
        assertThat(store.claim(QUEUE)).as("not before its time").isEmpty();
        assertThat(store.held()).isEmpty();

        database.execute("UPDATE operation SET waits_since = waits_since - interval '2 days'");
        for (int look = 0; look < 20; look++) {
            dueNow();
            Duration waited = store.postpone(store.claim(QUEUE).orElseThrow(), wait);
            assertThat(waited).isGreaterThanOrEqualTo(Duration.ofDays(2));
        }
        assertThat(database.value(NEXT_LOOK.replace("0.5", "5")))
                .as("the longest pause")
                .isEqualTo("true");
        assertThat(database.value("SELECT attempt FROM operation")).isEqualTo("0");
        assertThat(database.value("SELECT count(*) || ' ' || min(outcome) FROM operation_attempt"))
                .as("one record for all of the wait")
                .isEqualTo("1 WAITING");

        dueNow();
        store.fail(store.claim(QUEUE).orElseThrow(), new Failure(FailureKind.LOCATION, true, "away"));
        assertThat(database.value("SELECT (waits_since IS NOT NULL)::text FROM operation"))
                .isEqualTo("true");
        dueNow();
        store.complete(store.claim(QUEUE).orElseThrow(), Effect.NONE);
        assertThat(database.value("SELECT status || ' ' || attempt FROM operation_history"))
                .isEqualTo("COMPLETED 0");
    }

    /** At least half of one minute, as the first pause is. */
    private static final String NEXT_LOOK =
            "SELECT (not_before > clock_timestamp() + 0.5 * interval '55 s')::text FROM operation";

    /** As if the time of the next look had come, and parked work been woken. */
    private void dueNow() {
        database.execute("UPDATE operation SET not_before = clock_timestamp(), waits_for = NULL");
    }

    @Test
    void work_that_waits_is_not_put_back_twice() {
        anOperation(100);
        Lease lease = store.claim(QUEUE).orElseThrow();
        database.execute("UPDATE operation SET lease_token = gen_random_uuid()");
        store.postpone(lease, new NotYet("x", new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(1))));
        assertThat(database.value("SELECT status FROM operation")).isEqualTo("IN_PROGRESS");
        assertThat(store.held()).isEmpty();
    }

    @Test
    void a_thread_is_not_interrupted_for_work_that_it_has_finished() {
        anOperation(100);
        Lease lease = store.claim(QUEUE).orElseThrow();
        store.complete(lease, Effect.NONE);
        lease.lose("too late");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void trouble_with_the_database_at_a_claim_costs_no_attempt() {
        anOperation(100);
        claimEffectThrows = new IllegalStateException(new java.sql.SQLException("deadlock detected", "40P01"));
        assertThatThrownBy(() -> store.claim(QUEUE)).isSameAs(claimEffectThrows);
        assertThat(database.value("SELECT status || ' ' || attempt FROM operation"))
                .isEqualTo("PENDING 0");
    }

    @Test
    void a_restarted_node_takes_its_own_past_back_at_once_and_no_one_elses() {
        anOperation(100);
        anOperation(100);
        store.claim(QUEUE).orElseThrow();
        store(NodeIdentity.starting("elsewhere")).claim(QUEUE).orElseThrow();
        OperationStore restarted = store(NodeIdentity.starting("here"));
        assertThat(restarted.recoverOwnPast()).hasSize(1);
        assertThat(database.value("SELECT count(*) FROM operation WHERE status = 'PENDING' AND stalls = 0"))
                .isEqualTo("1");
    }

    @Test
    void work_that_waits_for_a_database_that_is_away_does_not_stall() {
        anOperation(100);
        Lease lease = store.claim(QUEUE).orElseThrow();
        Jdbi away = Jdbi.create(() -> {
            throw new SQLException("nobody there", "08001");
        });
        List<RuntimeException> told = new ArrayList<>();
        LeaseRenewer.Beat beat = new LeaseRenewer.Beat() {
            @Override
            public void renewed() {}

            @Override
            public void failed(RuntimeException why) {
                told.add(why);
            }
        };
        try (LeaseRenewer cutOff = new LeaseRenewer(store, away, beat);
                LeaseRenewer back = new LeaseRenewer(store, beat)) {
            for (int i = 0; i < 3; i++) {
                clock.advance(Duration.ofSeconds(50));
                cutOff.renewAll();
            }
            assertThat(told).hasSize(3);
            clock.advance(Duration.ofSeconds(50));
            back.renewAll();
            lease.requireHeld();
            clock.advance(Duration.ofSeconds(70));
            back.renewAll();
            assertThat(lease.isLost())
                    .as("it hangs although the database is there")
                    .isTrue();
        }
    }

    @Test
    void one_of_thousands_that_cannot_be_put_back_keeps_none_of_the_others() {
        database.execute("""
                WITH b AS (INSERT INTO deletion_batch (data_location_id)
                           SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id, generate_series(1, 1003)
                            WHERE s.short_name = 'ccat' AND l.name = 'buffer' RETURNING id, data_location_id)
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id, status, lease_owner, lease_boot_id,
                                       lease_token, lease_expires_at, claimed_at)
                SELECT 'deletion', data_location_id, 'ccat_buffer_deletion', id, 'IN_PROGRESS', 'here', gen_random_uuid(),
                       gen_random_uuid(), clock_timestamp() + make_interval(secs => row_number() OVER (ORDER BY id)),
                       clock_timestamp() FROM b
                """);
        poisoned = Long.parseLong(database.value("SELECT min(id) FROM operation"));
        assertThat(store.recoverOwnPast()).hasSize(1002).doesNotContain(poisoned);
        assertThat(database.values("SELECT id FROM operation WHERE status = 'IN_PROGRESS'"))
                .containsExactly(Long.toString(poisoned));
    }

    @Test
    void work_of_a_silent_node_waits_where_nobody_else_could_do_it() {
        anOperation(100);
        Lease lease = store.claim(QUEUE).orElseThrow();
        database.execute("""
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations, heartbeat_at)
                SELECT lease_owner, lease_boot_id, 'test', 'chile', 1, '{worker}', '{ccat/*}', clock_timestamp() - interval '2 h'
                  FROM operation
                """);
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '119 min'");
        database.execute("""
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations) VALUES
                    ('manager', gen_random_uuid(), 'test', 'here', 2, '{manager,monitor}', '{*/*}'),
                    ('cologne', gen_random_uuid(), 'test', 'here', 3, '{worker}', '{cologne/*,ccat/buffe}'),
                    ('unmounted', gen_random_uuid(), 'test', 'here', 4, '{worker}', '{*/b*r}');
                INSERT INTO preflight_finding (node, data_location_id, check_name, stops, reason)
                SELECT 'unmounted', data_location_id, 'disk', '{*}', 'not mounted' FROM operation
                """);
        assertThat(store.recoverStale(10)).isEmpty();
        assertThat(database.value("SELECT reason FROM unreachable_operation"))
                .startsWith("unreachable: node here silent since 20");
        assertThat(new QueueReader(database.jdbi(), Duration.ofMinutes(5))
                        .read().stream().map(QueueStatus::warning).filter(Objects::nonNull))
                .anyMatch(warning -> warning.startsWith("1 in hand unreachable: node here silent since 20"));
        assertThat(StatusText.of(new StatusReader(database.jdbi()).read()))
                .contains("unreachable: node here silent since 20")
                .contains("1 operations unreachable: node here");

        // Cut off, and not dead: it goes on with what it has.
        assertThat(store.renew(List.of(lease))).containsExactly(lease.token());
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '119 min'");

        database.execute("DELETE FROM preflight_finding");
        assertThat(store.recoverStale(10)).as("another reaches the place now").hasSize(1);
        assertThat(database.value("SELECT status || ' ' || stalls || ' ' || attempt FROM operation"))
                .isEqualTo("PENDING 0 0");
    }

    @Test
    void a_beat_writes_the_rate_since_the_last_one_and_how_long_the_rest_will_take() {
        anOperation(100);
        Lease lease = store.claim(QUEUE).orElseThrow();
        try (LeaseRenewer renewer = new LeaseRenewer(store, () -> {})) {
            lease.phase("sending", 11_000, Duration.ofSeconds(30));
            lease.advance(1_000);
            renewer.renewAll();
            assertThat(database.value("SELECT bytes_per_second IS NULL AND seconds_left IS NULL FROM operation"))
                    .as("one beat says nothing of the rate")
                    .isEqualTo("t");
            database.execute("UPDATE operation SET heartbeat_at = clock_timestamp() - interval '10 seconds'");
            lease.advance(5_000);
            renewer.renewAll();
            long rate = Long.parseLong(database.value("SELECT bytes_per_second FROM operation"));
            assertThat(rate).isBetween(1L, 500L);
            assertThat(database.value("SELECT seconds_left FROM operation"))
                    .isEqualTo(Long.toString((5_000 + rate - 1) / rate));
            lease.phase("reading back", 11_000, Duration.ofSeconds(30));
            renewer.renewAll();
            assertThat(database.value("SELECT bytes_per_second IS NULL FROM operation"))
                    .as("another phase has another rate")
                    .isEqualTo("t");
        }
    }

    @Test
    void progress_keeps_a_lease_and_its_absence_ends_the_work() {
        anOperation(100);
        Lease lease = store.claim(QUEUE).orElseThrow();
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 second'");
        try (LeaseRenewer renewer = new LeaseRenewer(store, () -> {})) {
            lease.phase("packing", 100, Duration.ofSeconds(30));
            lease.advance(7);
            renewer.renewAll();
            assertThat(store.recoverStale(100)).as("renewed").isEmpty();
            assertThat(database.value("SELECT phase || ' ' || bytes_done || '/' || bytes_total FROM operation"))
                    .isEqualTo("packing 7/100");
            clock.advance(Duration.ofSeconds(31));
            renewer.renewAll();
            assertThat(Thread.interrupted())
                    .as("what the work waits for is interrupted")
                    .isTrue();
            assertThatThrownBy(() -> lease.advance(1))
                    .isInstanceOf(LeaseLost.class)
                    .hasMessageContaining("no progress");
        }
    }

    @Test
    void many_claimers_never_get_the_same_operation() throws Exception {
        for (int i = 0; i < 60; i++) {
            anOperation(100);
        }
        ExecutorService claimers = Executors.newFixedThreadPool(6);
        try {
            Callable<Integer> drain = () -> {
                int done = 0;
                for (Optional<Lease> lease = store.claim(QUEUE); lease.isPresent(); lease = store.claim(QUEUE)) {
                    store.complete(lease.get(), Effect.NONE);
                    done++;
                }
                return done;
            };
            int sum = 0;
            for (Future<Integer> future : claimers.invokeAll(java.util.Collections.nCopies(6, drain))) {
                sum += future.get();
            }
            assertThat(sum).isEqualTo(60);
        } finally {
            claimers.shutdownNow();
        }
        assertThat(database.value("SELECT count(*) || ' ' || count(DISTINCT id) FROM operation_history"))
                .isEqualTo("60 60");
    }

    @Test
    void at_most_the_given_room_of_a_queue_is_scheduled_and_lost_hints_come_back() {
        for (int i = 0; i < 5; i++) {
            anOperation(100);
        }
        assertThat(database.values("SELECT queue FROM schedule_due('deletion', 3)"))
                .containsExactly(QUEUE, QUEUE, QUEUE);
        assertThat(database.values("SELECT queue FROM schedule_due('deletion', 3)"))
                .as("no room")
                .isEmpty();
        assertThat(database.values("SELECT queue FROM queues_with_due_work('{" + QUEUE + ",us_buffer_deletion}')"))
                .containsExactly(QUEUE);
        assertThat(database.values("SELECT id FROM forget_lost_hints(0)")).hasSize(3);
    }

    @Test
    void an_illegal_change_of_state_throws() {
        assertThatThrownBy(() -> StateChanges.require(CopyState.DELETION_IN_PROGRESS, CopyState.PRESENT))
                .isInstanceOf(IllegalStateChange.class)
                .hasMessageContaining("DELETION_IN_PROGRESS cannot become PRESENT");
    }
}
