package chasqui.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.pipeline.OperationStore.NewOperation;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several threads of one process that want work of the same queue. */
class JointClaimsIT {
    private static final OperationType TYPE = new OperationType("verification");
    private static final String QUEUE = "cologne_lta_verification";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestDatabase database = new TestDatabase();
    private final CountDownLatch firstMayGoOn = new CountDownLatch(1);
    private final Set<Long> refused = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private boolean together = true;
    private volatile boolean first = true;

    private final OperationStore store = TestKernel.of(database.jdbi(), Duration.ofHours(1), new StageEffects() {
        @Override
        public OperationType type() {
            return TYPE;
        }

        @Override
        public boolean claimsTogether() {
            return together;
        }

        @Override
        public void onClaim(Handle tx, Operation operation) {
            if (first) {
                first = false;
                awaitUninterruptibly();
            }
            if (refused.contains(operation.subjectId())) {
                throw new ChasquiException(FailureKind.ITEM, false, "not this one");
            }
        }
    });

    private void awaitUninterruptibly() {
        await().atMost(LIMIT).until(() -> firstMayGoOn.getCount() == 0);
    }

    @BeforeEach
    void operations(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void operations(int many) {
        database.jdbi().useTransaction(tx -> {
            List<NewOperation> wanted = tx.createQuery("""
                            WITH package AS (
                                INSERT INTO data_transfer_package (name, buffer_location_id, instrument_id, package_count, content_bytes)
                                SELECT 'p' || n, l.id, i.id, 1, 1 FROM generate_series(1, :many) n, data_location l, instrument i
                                 WHERE l.name = 'lta' AND l.site_id = (SELECT id FROM site WHERE short_name = 'cologne')
                                RETURNING id, name, buffer_location_id)
                            INSERT INTO physical_copy (data_transfer_package_id, data_location_id, path, size_bytes, checksum)
                            SELECT id, buffer_location_id, name, 1, 'xxh64:0123456789abcdef' FROM package
                            RETURNING id, data_location_id
                            """)
                    .bind("many", many)
                    .map((row, context) -> new NewOperation(row.getLong(1), row.getLong(2), 100))
                    .list();
            OperationStore.create(tx, TYPE, "physical_copy_id", wanted);
        });
    }

    /** One claims, and holds the turn until {@link #firstMayGoOn}; the others wait for it. */
    private List<FutureTask<Optional<Lease>>> claims(int others) {
        List<FutureTask<Optional<Lease>>> claims = new ArrayList<>();
        claims.add(claim());
        await().atMost(LIMIT).until(() -> !first);
        for (int i = 0; i < others; i++) {
            claims.add(claim());
        }
        await().atMost(LIMIT)
                .until(() -> threads.stream().skip(1).allMatch(thread -> thread.getState() == Thread.State.WAITING));
        return claims;
    }

    private FutureTask<Optional<Lease>> claim() {
        FutureTask<Optional<Lease>> claim = new FutureTask<>(() -> store.claim(QUEUE));
        Thread thread = new Thread(claim);
        thread.start();
        threads.add(thread);
        return claim;
    }

    private static List<Lease> leases(List<FutureTask<Optional<Lease>>> claims) {
        return claims.stream()
                .flatMap(claim -> {
                    try {
                        return claim.get().stream();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    @Test
    void those_who_ask_while_a_claim_is_under_way_are_served_by_one_statement_and_each_has_its_own() {
        operations(9);
        List<FutureTask<Optional<Lease>>> claims = claims(7);
        List<Lease> leases = new ArrayList<>();
        int statements = TestKernel.statements(database.jdbi(), () -> {
            firstMayGoOn.countDown();
            leases.addAll(leases(claims));
        });
        assertThat(statements).isEqualTo(1);
        Set<Long> operations = new HashSet<>();
        leases.forEach(lease -> operations.add(lease.operation().id()));
        assertThat(operations).hasSize(8);
        assertThat(database.value("SELECT count(DISTINCT lease_token) FROM operation"))
                .isEqualTo("8");
        leases.forEach(lease -> store.complete(lease, Effect.NONE));
        assertThat(database.value("SELECT count(*) FROM operation WHERE status = 'PENDING'"))
                .isEqualTo("1");
    }

    @Test
    void those_for_whom_nothing_is_left_go_away_empty() {
        operations(3);
        List<FutureTask<Optional<Lease>>> claims = claims(5);
        firstMayGoOn.countDown();
        assertThat(leases(claims)).hasSize(3);
        assertThat(store.claim(QUEUE)).isEmpty();
    }

    @Test
    void one_that_its_stage_refuses_fails_and_takes_no_other_with_it() {
        operations(4);
        refused.add(Long.valueOf(database.value("SELECT max(id) - 1 FROM physical_copy")));
        List<FutureTask<Optional<Lease>>> claims = claims(3);
        firstMayGoOn.countDown();
        List<Lease> leases = new ArrayList<>(leases(claims));
        // Who met the one that is refused went away empty, as when it had asked alone.
        for (Optional<Lease> more = store.claim(QUEUE); more.isPresent(); more = store.claim(QUEUE)) {
            leases.add(more.get());
        }
        assertThat(leases)
                .hasSize(3)
                .noneMatch(lease -> refused.contains(lease.operation().subjectId()));
        assertThat(database.values(
                        "SELECT status || ': ' || failure_message FROM operation WHERE status <> 'IN_PROGRESS'"))
                .containsExactly("FAILED: not this one");
    }

    @Test
    void a_thread_that_is_interrupted_while_it_waits_still_has_what_was_claimed_for_it() {
        operations(2);
        List<FutureTask<Optional<Lease>>> claims = claims(1);
        threads.get(1).interrupt();
        firstMayGoOn.countDown();
        assertThat(leases(claims)).hasSize(2);
        assertThat(store.held()).hasSize(2);
    }

    @Test
    void a_database_that_fails_fails_all_who_asked_and_the_next_who_asks_is_served() throws Exception {
        operations(4);
        List<FutureTask<Optional<Lease>>> claims = claims(2);
        // Has its turn when the first claim is committed, and before the next one begins.
        Thread renaming = new Thread(() -> database.execute("ALTER TABLE operation RENAME TO away"));
        renaming.start();
        await().atMost(LIMIT).until(() -> database.value("SELECT count(*) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND wait_event_type = 'Lock'")
                .equals("1"));
        firstMayGoOn.countDown();
        claims.subList(1, 3).forEach(claim -> assertThatThrownBy(claim::get).hasCauseInstanceOf(JdbiException.class));
        renaming.join();
        database.execute("ALTER TABLE away RENAME TO operation");
        assertThat(store.claim(QUEUE)).isPresent();
    }

    @Test
    void where_a_stage_locks_much_at_its_claim_each_claims_alone() {
        together = false;
        operations(3);
        firstMayGoOn.countDown();
        assertThat(store.claim(QUEUE)).isPresent();
        assertThat(store.claim(QUEUE)).isPresent();
    }
}
