package chasqui.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of operations in the database. Every method is one transaction, or takes one as its first parameter; every
 * change by a worker carries its fencing token, so that a worker whose lease is gone changes nothing.
 */
public final class OperationStore {
    private static final Logger log = LoggerFactory.getLogger(OperationStore.class);

    private static final int MOST_ATTEMPTS = 8;
    private static final int MOST_AT_ONCE = 1000;

    private final Jdbi database;
    private final Map<OperationType, StageEffects> effects;
    private final NodeIdentity node;
    private final LeaseSettings settings;
    private final Clock clock;
    private final StaleWork staleWork;
    private final Claims claims;
    private final JointClaims joint;
    private final Map<String, Boolean> together = new ConcurrentHashMap<>();
    private final Map<UUID, Lease> held = new ConcurrentHashMap<>();
    /** Work that ended while the database could not be reached: ours to put back when it can. */
    private final Map<Lease, Failure> unrecorded = new ConcurrentHashMap<>();

    private final LateResults late;
    private volatile Adoptions adoptions;

    private volatile BiConsumer<Lease, WorkStatus> onEnd = (lease, status) -> {};

    public OperationStore(
            Jdbi database, List<StageEffects> effects, NodeIdentity node, LeaseSettings settings, Clock clock) {
        this.database = database;
        this.effects = effects.stream().collect(Collectors.toUnmodifiableMap(StageEffects::type, e -> e));
        this.node = node;
        this.settings = settings;
        this.clock = clock;
        this.staleWork = new StaleWork(database, this::effectsOf);
        this.claims = new Claims(database, this::worker, this::effectsOf, this::failAtItsClaim);
        this.joint = new JointClaims(claims);
        this.adoptions = new Adoptions(
                this,
                List.of(),
                failure -> {
                    throw new IllegalStateException(failure);
                },
                operation -> false,
                Runnable::run);
        this.late = new LateResults(database, this::effectsOf, new OwnLeases());
    }

    /**
     * Claims the best due operation of a queue, lowest priority number first, then the oldest; in the same transaction
     * the stage does its part. A stage that throws fails the operation; trouble with the database is thrown on and changes
     * nothing.
     *
     * @return empty when nothing is due, or when the stage refused what was
     */
    public Optional<Lease> claim(String queue) {
        Optional<JointClaims.Claimed> claimed = claimsTogether(queue) ? joint.claim(queue) : claims.one(queue);
        return claimed.map(this::hold);
    }

    /** A queue's name ends with the type of its operations. */
    private boolean claimsTogether(String queue) {
        return together.computeIfAbsent(queue, name -> effects.values().stream()
                .filter(stage -> name.endsWith("_" + stage.type()))
                .allMatch(StageEffects::claimsTogether));
    }

    private Lease hold(JointClaims.Claimed ours) {
        Lease lease = new Lease(ours.operation(), ours.token(), ours.database(), settings.stallLimit(), clock);
        held.put(ours.token(), lease);
        return lease;
    }

    private void letGo(Lease lease) {
        held.remove(lease.token());
        lease.end();
    }

    private void failAtItsClaim(JointClaims.Claimed claimed, RuntimeException failure) {
        Operation operation = claimed.operation();
        if (database.withHandle(db -> OperationRows.claim(db, operation.id(), claimant(), claimed.token()))) {
            Failure recorded = failure instanceof ChasquiException ours
                    ? Failure.of(ours)
                    : new Failure(FailureKind.ITEM, true, operation + ": could not begin: " + failure);
            log.warn("{}: refused at its claim: {}", operation, recorded.message(), failure);
            fail(hold(claimed), recorded);
        }
    }

    /**
     * Completes the operation and moves it to the history, together with what the stage adds.
     *
     * @throws LeaseLost (retryable) the operation is no longer ours; nothing was changed
     */
    public void complete(Lease lease, Effect effect) {
        finish(lease, WorkStatus.COMPLETED, effect);
    }

    /**
     * Completes the operation with what its stage does about this result. Where the database cannot be reached, or it is not
     * known whether it took this, the result is kept in the journal and the work is over all the same; the operation stays
     * ours until the result is recorded.
     *
     * @throws LeaseLost (retryable) the operation is no longer ours; nothing was changed
     */
    public void complete(Lease lease, Result result) {
        Operation operation = lease.operation();
        ResultKind<?> kind = effectsOf(operation).kindOf(result);
        lease.ending(true);
        try {
            commit(lease, WorkStatus.COMPLETED, tx -> kind.record(tx, new Finished(operation), result));
        } catch (RuntimeException failure) {
            if (late.canKeep() && isUnanswered(failure)) {
                late.keep(
                        lease,
                        new JournaledResult(
                                lease.database(),
                                operation,
                                lease.token(),
                                node.name(),
                                Instant.now(),
                                lease.mostBytes(),
                                result),
                        failure);
                return;
            }
            lease.ending(false);
            throw failure;
        }
        letGo(lease);
        onEnd.accept(lease, WorkStatus.COMPLETED);
    }

    /** Whoever is told to stop while waiting for a connection has not been refused either. */
    private static boolean isUnanswered(RuntimeException failure) {
        return DatabaseTrouble.in(failure)
                || (failure instanceof JdbiException && Thread.currentThread().isInterrupted());
    }

    /**
     * Runs a stage's change in the middle of its work, under the same fence as its end. Waits while the database cannot be
     * reached.
     *
     * @param effect may run twice, when the answer to the first time was lost
     * @throws LeaseLost (retryable) the operation is no longer ours; nothing was changed
     */
    public void record(Lease lease, Effect effect) {
        DatabaseWait.until(lease, () -> {
            database.useTransaction(tx -> {
                OperationRows.lock(tx, lease);
                effect.apply(tx);
            });
            return true;
        });
    }

    /**
     * Ends the operation without a result because its reason has gone, together with what the stage adds.
     *
     * @throws LeaseLost (retryable) the operation is no longer ours; nothing was changed
     */
    public void cancel(Lease lease, Effect effect) {
        finish(lease, WorkStatus.CANCELLED, effect);
    }

    private void finish(Lease lease, WorkStatus status, Effect effect) {
        lease.ending(true);
        try {
            commit(lease, status, effect);
        } catch (RuntimeException failure) {
            lease.ending(false);
            throw failure;
        }
        // Only after the commit: until then a failure must still find the lease alive.
        letGo(lease);
        onEnd.accept(lease, status);
    }

    private void commit(Lease lease, WorkStatus status, Effect effect) {
        database.useTransaction(tx -> {
            OperationRows.finish(tx, lease, status);
            effect.apply(tx);
        });
    }

    /**
     * Records a failure: an item failure is retried after a backoff until its attempts are spent and then is permanent;
     * a failure of a location, link or the platform parks the work and costs it nothing.
     *
     * <p>Where the database cannot be reached, the failure is kept until it can: that the operation could not be put
     * back shall not count as a stall of it.
     *
     * @return what became of the operation
     */
    public Verdict fail(Lease lease, Failure failure) {
        try {
            return recordFailure(lease, failure);
        } catch (JdbiException unreachable) {
            unrecorded.put(lease, failure);
            throw unreachable;
        }
    }

    /**
     * Records what could not be recorded when it happened, unless another thread is at it.
     *
     * @throws JdbiException the database still cannot be reached; what is left stays for the next time
     */
    void recordLate() {
        late.tryReplay();
        for (Map.Entry<Lease, Failure> late : unrecorded.entrySet()) {
            try {
                Verdict verdict = recordFailure(late.getKey(), late.getValue());
                unrecorded.remove(late.getKey());
                log.info(
                        "{}: is {} again; recorded late: {}",
                        late.getKey(),
                        verdict.status(),
                        late.getValue().message());
            } catch (RuntimeException failure) {
                if (DatabaseTrouble.isAway(failure)) {
                    throw failure;
                }
                // One that cannot be recorded must not keep the others, nor this process's beat.
                log.error("{}: cannot be recorded, trying again at the next beat", late.getKey(), failure);
            }
        }
    }

    private Verdict recordFailure(Lease lease, Failure failure) {
        Operation operation = lease.operation();
        Verdict verdict = Verdict.of(operation, failure, settings, ThreadLocalRandom.current());
        try {
            database.useTransaction(tx -> {
                if (verdict.status() == WorkStatus.FAILED) {
                    OperationRows.failForGood(tx, lease, failure);
                    effectsOf(operation).onFailure(tx, operation, failure);
                } else {
                    OperationRows.putBack(tx, lease, verdict, failure);
                    effectsOf(operation).onPutBack(tx, operation, failure);
                    if (verdict.waitsFor() != null && !effectsOf(operation).tellsOf(failure)) {
                        LongParked.tell(tx, operation, failure);
                    }
                }
            });
            onEnd.accept(lease, verdict.status());
            return verdict;
        } catch (LeaseLost gone) {
            log.info("{}: failed ({}), but another attempt has taken over", operation, failure.message());
            return Verdict.NOT_OURS;
        } finally {
            letGo(lease);
        }
    }

    /**
     * Puts work back that cannot go on yet, until its next look. Consumes no attempt and is no failure.
     *
     * @return how long it has been waiting for it, zero the first time
     */
    public Duration postpone(Lease lease, NotYet why) {
        Operation operation = lease.operation();
        Duration pause = why.pauses().delay(operation.parks(), ThreadLocalRandom.current());
        try {
            Duration waited = database.inTransaction(tx -> {
                Duration soFar = OperationRows.postpone(tx, lease, why.getMessage(), pause);
                effectsOf(operation).onWait(tx, operation, why.getMessage(), soFar);
                return soFar;
            });
            onEnd.accept(lease, WorkStatus.PENDING);
            return waited;
        } catch (LeaseLost gone) {
            log.info("{}: waits ({}), but another attempt has taken over", operation, why.getMessage());
            return Duration.ZERO;
        } catch (JdbiException unreachable) {
            unrecorded.put(lease, Failure.of(why));
            throw unreachable;
        } finally {
            letGo(lease);
        }
    }

    /** Gives work back untried, for instance at shutdown: due at once, no attempt consumed. */
    public void giveBack(Lease lease, String reason) {
        if (late.keeps(lease)) {
            log.info("{}: is done; its result stays in the journal for the next start", lease);
            return;
        }
        try {
            database.useTransaction(tx -> {
                OperationRows.putBack(tx, lease, Verdict.GIVEN_BACK, new Failure(FailureKind.PLATFORM, true, reason));
                effectsOf(lease.operation()).onPutBack(tx, lease.operation());
            });
        } catch (LeaseLost gone) {
            log.debug("{}: was taken over before it could be given back", lease);
        } finally {
            letGo(lease);
        }
    }

    /**
     * Ends work that was ended from outside. Where it had stalled, the operation is still ours and counts a stall; in all
     * other cases another has it already, and nothing is changed.
     */
    public void lost(Lease lease) {
        try {
            database.useTransaction(tx -> {
                OperationRows.lock(tx, lease);
                staleWork.putBack(tx, lease.operation(), lease.hasStalled());
            });
        } catch (LeaseLost gone) {
            log.debug("{}: was taken over before it could be put back", lease);
        } finally {
            letGo(lease);
        }
    }

    /**
     * Puts work back whose lease ran out. A stall consumes no attempt, but three stalls of one operation on live nodes
     * are a permanent item failure. A node counts as live when it has renewed its leases since this one ran out: work
     * whose node died, or could not reach the database, has not stalled. Where no other living node serves the location,
     * the work of a silent node is not touched: see the view {@code unreachable_operation}.
     *
     * @param limit most operations to recover, 1 to 1000
     * @return ids of recovered operations; empty when every lease is fresh
     */
    public List<Long> recoverStale(int limit) {
        return staleWork.putBack("""
                lease_expires_at < clock_timestamp()
                AND NOT EXISTS (SELECT FROM unreachable_operation u WHERE u.id = operation.id)
                """, Map.of(), limit);
    }

    /**
     * Records at once what an earlier incarnation of this very node had done and could not record, then takes back what else
     * it left behind.
     *
     * @return ids of what is to be done again
     */
    public List<Long> recoverOwnPast() {
        late.replay();
        return staleWork.putBackAll(
                "lease_owner = :node AND lease_boot_id <> :boot AND id <> ALL (:troubled)",
                Map.of("node", node.name(), "boot", node.bootId(), "troubled", late.troubled()),
                MOST_AT_ONCE);
    }

    /**
     * Extends leases in one statement.
     *
     * @param leases leases whose work is alive; may be empty
     * @return tokens that are still ours; a missing one was put back, cancelled or finished by another
     */
    public List<UUID> renew(List<Lease> leases) {
        return leases.isEmpty() ? List.of() : database.withHandle(db -> renew(db, leases));
    }

    List<UUID> renew(Handle db, List<Lease> leases) {
        return leases.isEmpty() ? List.of() : OperationRows.renew(db, leases, settings.lease());
    }

    /**
     * Which of these operations are waiting or under way, here or anywhere.
     *
     * @param ids may be empty, and may name operations that never were
     */
    public Set<Long> live(Collection<Long> ids) {
        return ids.isEmpty() ? Set.of() : database.withHandle(db -> OperationRows.live(db, ids));
    }

    /**
     * Records operations for subjects that need one; a subject with a live operation at that location keeps it.
     *
     * @param subjectColumn column of {@code operation} that names the subject, such as {@code raw_data_package_id}
     * @param subjects rows to create
     * @return how many were new
     */
    public static int create(Handle tx, OperationType type, String subjectColumn, List<NewOperation> subjects) {
        return create(tx, type, subjectColumn, subjects, MOST_ATTEMPTS);
    }

    /**
     * The same, for a type with a limit of its own.
     *
     * @param maxAttempts item failures after which an operation fails for good, 1 or more
     */
    public static int create(
            Handle tx, OperationType type, String subjectColumn, List<NewOperation> subjects, int maxAttempts) {
        return OperationRows.create(tx, type, subjectColumn, subjects, maxAttempts);
    }

    /**
     * Lets parked operations go whose type waits for its manager ({@code operation_type.put_back_waits_for}).
     *
     * @return ids of those that can be claimed now
     */
    public static List<Long> wake(Handle tx, Collection<Long> ids) {
        return ids.isEmpty() ? List.of() : OperationRows.wake(tx, ids);
    }

    /**
     * Parks operations that nobody has claimed yet.
     *
     * @param waitsFor for people
     * @return ids of those that nobody can claim now; the others were claimed or ended meanwhile
     */
    public static List<Long> holdBack(Handle tx, Collection<Long> ids, String waitsFor) {
        return ids.isEmpty() ? List.of() : OperationRows.holdBack(tx, ids, waitsFor);
    }

    /**
     * Cancels operations that nobody has claimed, because their subjects go another way.
     *
     * @return their subjects
     */
    public static List<Long> withdraw(Handle tx, OperationType type, Collection<Long> subjects, String why) {
        return subjects.isEmpty() ? List.of() : OperationRows.withdraw(tx, type, subjects, why);
    }

    /** Ends the pauses of parked operations of these subjects: what they paused for is over. */
    public static void hasten(Handle tx, OperationType type, Collection<Long> subjects) {
        if (!subjects.isEmpty()) {
            OperationRows.hasten(tx, type, subjects);
        }
    }

    /** One operation to record: its subject, where its data is, and how urgent it is (lowest first). */
    public record NewOperation(long subjectId, long dataLocationId, int priority) {}

    private StageEffects effectsOf(Operation operation) {
        StageEffects stage = effects.get(operation.type());
        if (stage == null) {
            throw new ChasquiException(
                    FailureKind.PLATFORM, true, operation + ": this program knows no stage for " + operation.type());
        }
        return stage;
    }

    /** Who is told, after the commit, how each attempt of this process ended: for counting, so it must not fail. */
    public void onEnd(BiConsumer<Lease, WorkStatus> listener) {
        onEnd = listener;
    }

    /** From here on results that the database does not take are kept there; what cannot be read of it is told. */
    public void keepResultsIn(ResultJournal journal) {
        late.use(
                journal,
                new ResultText(effects.values().stream()
                        .flatMap(stage -> stage.results().stream())
                        .toList()));
    }

    /**
     * Who looks at what lies there of results whose leases are gone; without any, their work is done again.
     *
     * @param servedHere whether this process works on such operations now; otherwise their results wait
     */
    public void adoptWith(
            List<Adopter> adopters, Function<Exception, Failure> classify, Predicate<Operation> servedHere) {
        adoptWith(adopters, classify, servedHere, ThreadsOnDemand.named("adoption"));
    }

    void adoptWith(
            List<Adopter> adopters,
            Function<Exception, Failure> classify,
            Predicate<Operation> servedHere,
            Executor threads) {
        adoptions = new Adoptions(this, adopters, classify, servedHere, threads);
    }

    /** Results that wait for the database. */
    public LateReport late() {
        return late.report();
    }

    /** What ended here and is not recorded yet. */
    Set<Lease> unrecorded() {
        return Set.copyOf(unrecorded.keySet());
    }

    /** What this process works on now; unsorted, a snapshot. */
    public List<Lease> held() {
        return List.copyOf(held.values());
    }

    Duration renewEvery() {
        return settings.renewEvery();
    }

    /** What is done and not recorded must not be done again by ourselves. */
    private Claimant worker() {
        return new Claimant(node, settings.lease(), late.operations());
    }

    private Claimant claimant() {
        return Claimant.of(node, settings.lease());
    }

    private Optional<Lease> claimAgain(Operation operation, UUID token) {
        return database.inTransaction(tx -> {
                    Optional<JointClaims.Claimed> claimed = OperationRows.claimDue(tx, operation, claimant(), token);
                    claimed.ifPresent(ours -> effectsOf(operation).onClaim(tx, ours.operation()));
                    return claimed;
                })
                .map(this::hold);
    }

    /** What late results do to the leases of this process. */
    private final class OwnLeases implements LateResults.Owner {
        @Override
        public void ended(Lease lease, WorkStatus status) {
            letGo(lease);
            onEnd.accept(lease, status);
        }

        @Override
        public void failed(Lease lease, Failure failure) {
            fail(lease, failure);
        }

        @Override
        public void gone(Lease lease) {
            letGo(lease);
        }

        @Override
        public boolean adopts(JournaledResult one) {
            return adoptions.isUnderWay(one);
        }

        @Override
        public void adopt(JournaledResult one) {
            adoptions.begin(one, token -> claimAgain(one.operation(), token), () -> late.drop(one));
        }
    }
}
