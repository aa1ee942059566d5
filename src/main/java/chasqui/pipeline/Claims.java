package chasqui.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jdbi.v3.core.Jdbi;

/** Claims of due operations, each with its stage's part in the same transaction. */
final class Claims implements JointClaims.Source {
    private final Jdbi database;
    private final NodeIdentity node;
    private final Duration lease;
    private final Function<Operation, StageEffects> effectsOf;
    private final Refusals refusals;

    Claims(
            Jdbi database,
            NodeIdentity node,
            Duration lease,
            Function<Operation, StageEffects> effectsOf,
            Refusals refusals) {
        this.database = database;
        this.node = node;
        this.lease = lease;
        this.effectsOf = effectsOf;
        this.refusals = refusals;
    }

    /** Who hears of an operation that its stage refused. */
    interface Refusals {
        void refused(Operation operation, UUID token, RuntimeException why);
    }

    @Override
    public Optional<JointClaims.Claimed> one(String queue) {
        UUID token = UUID.randomUUID();
        AtomicReference<Operation> claimed = new AtomicReference<>();
        try {
            return database.inTransaction(tx -> {
                        Optional<Operation> best = OperationRows.claimBest(tx, queue, node, token, lease);
                        best.ifPresent(operation -> {
                            claimed.set(operation);
                            effectsOf.apply(operation).onClaim(tx, operation);
                        });
                        return best;
                    })
                    .map(operation -> new JointClaims.Claimed(operation, token));
        } catch (RuntimeException failure) {
            if (claimed.get() == null || DatabaseTrouble.in(failure)) {
                throw failure;
            }
            refusals.refused(claimed.get(), token, failure);
            return Optional.empty();
        }
    }

    @Override
    public List<JointClaims.Claimed> several(String queue, int most) {
        return database.inTransaction(tx -> {
            List<JointClaims.Claimed> best = OperationRows.claimBest(tx, queue, node, lease, most);
            best.forEach(one -> effectsOf.apply(one.operation()).onClaim(tx, one.operation()));
            return best;
        });
    }
}
