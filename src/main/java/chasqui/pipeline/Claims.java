package chasqui.pipeline;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims of due operations, each with its stage's part in the same transaction. */
final class Claims implements JointClaims.Source {
    private static final Logger log = LoggerFactory.getLogger(Claims.class);
    private static final Duration WHILE_LOCKED = Duration.ofMinutes(1);

    private final Jdbi database;
    private final Supplier<Claimant> who;
    private final Function<Operation, StageEffects> effectsOf;
    private final Refusals refusals;
    /** Until when, as {@link System#nanoTime}: others behind them are not kept by the lock that they met. */
    private final Map<Long, Long> passedOver = new ConcurrentHashMap<>();

    Claims(Jdbi database, Supplier<Claimant> who, Function<Operation, StageEffects> effectsOf, Refusals refusals) {
        this.database = database;
        this.who = who;
        this.effectsOf = effectsOf;
        this.refusals = refusals;
    }

    /** Who hears of an operation that its stage refused. */
    interface Refusals {
        void refused(JointClaims.Claimed claimed, RuntimeException why);
    }

    @Override
    public Optional<JointClaims.Claimed> one(String queue) {
        AtomicReference<JointClaims.Claimed> claimed = new AtomicReference<>();
        try {
            return database.inTransaction(tx -> {
                Optional<JointClaims.Claimed> best = OperationRows.claimBest(tx, queue, claimant(), 1).stream()
                        .findFirst();
                best.ifPresent(one -> {
                    claimed.set(one);
                    effectsOf.apply(one.operation()).onClaim(tx, one.operation());
                });
                return best;
            });
        } catch (RuntimeException failure) {
            JointClaims.Claimed refused = claimed.get();
            if (refused != null && DatabaseTrouble.lock(failure).isPresent()) {
                passOver(refused.operation(), failure);
            }
            if (refused == null || DatabaseTrouble.in(failure)) {
                throw failure;
            }
            refusals.refused(refused, failure);
            return Optional.empty();
        }
    }

    private void passOver(Operation operation, RuntimeException failure) {
        passedOver.put(operation.id(), System.nanoTime() + WHILE_LOCKED.toNanos());
        log.warn(
                "{}: cannot begin now, others go before it for {} s: {}",
                operation,
                WHILE_LOCKED.toSeconds(),
                DatabaseTrouble.told(failure));
    }

    private Claimant claimant() {
        Claimant claimant = who.get();
        if (passedOver.isEmpty()) {
            return claimant;
        }
        long now = System.nanoTime();
        passedOver.values().removeIf(until -> now - until >= 0);
        Set<Long> without = new HashSet<>(claimant.without());
        without.addAll(passedOver.keySet());
        return new Claimant(claimant.node(), claimant.lease(), without);
    }

    @Override
    public List<JointClaims.Claimed> several(String queue, int most) {
        return database.inTransaction(tx -> {
            List<JointClaims.Claimed> best = OperationRows.claimBest(tx, queue, claimant(), most);
            best.forEach(one -> effectsOf.apply(one.operation()).onClaim(tx, one.operation()));
            return best;
        });
    }
}
