package chasqui.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/** Claims of due operations, each with its stage's part in the same transaction. */
final class Claims implements JointClaims.Source {
    private final Jdbi database;
    private final Supplier<Claimant> who;
    private final Function<Operation, StageEffects> effectsOf;
    private final Refusals refusals;

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
                Optional<JointClaims.Claimed> best = OperationRows.claimBest(tx, queue, who.get(), 1).stream()
                        .findFirst();
                best.ifPresent(one -> {
                    claimed.set(one);
                    effectsOf.apply(one.operation()).onClaim(tx, one.operation());
                });
                return best;
            });
        } catch (RuntimeException failure) {
            JointClaims.Claimed refused = claimed.get();
            if (refused == null || DatabaseTrouble.in(failure)) {
                throw failure;
            }
            refusals.refused(refused, failure);
            return Optional.empty();
        }
    }

    @Override
    public List<JointClaims.Claimed> several(String queue, int most) {
        return database.inTransaction(tx -> {
            List<JointClaims.Claimed> best = OperationRows.claimBest(tx, queue, who.get(), most);
            best.forEach(one -> effectsOf.apply(one.operation()).onClaim(tx, one.operation()));
            return best;
        });
    }
}
