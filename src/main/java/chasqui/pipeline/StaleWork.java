package chasqui.pipeline;

import chasqui.pipeline.OperationRows.Stale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts back what nobody works on any more; what has stalled too often on live nodes fails for good. */
final class StaleWork {
    private static final Logger log = LoggerFactory.getLogger(StaleWork.class);

    /** A lock, or resources of the database. */
    private static final Duration WHILE_IT_PASSES = Duration.ofMinutes(1);

    /** A program that does not know its stage, or rows that its stage does not expect. */
    private static final Duration UNTIL_SOMEBODY_ACTS = Duration.ofHours(1);

    private final Jdbi database;
    private final Function<Operation, StageEffects> effectsOf;
    private final Map<Long, Long> passedOver = new ConcurrentHashMap<>();

    StaleWork(Jdbi database, Function<Operation, StageEffects> effectsOf) {
        this.database = database;
        this.effectsOf = effectsOf;
    }

    /**
     * What cannot be put back is passed over for a while: nothing starves behind it.
     *
     * @param which condition on the row
     * @param limit most operations, 1 to 1000
     * @return ids of what was put back
     */
    List<Long> putBack(String which, Map<String, ?> bindings, int limit) {
        long now = System.nanoTime();
        passedOver.values().removeIf(until -> now - until >= 0);
        return batch(which, bindings, passedOver.keySet(), limit).recovered();
    }

    /**
     * All of them, whatever their number and however many of them cannot be put back.
     *
     * @param batch how many at a time, 1 to 1000
     */
    List<Long> putBackAll(String which, Map<String, ?> bindings, int batch) {
        List<Long> recovered = new ArrayList<>();
        List<Long> stuck = new ArrayList<>();
        Batch last;
        do {
            last = batch(which, bindings, stuck, batch);
            recovered.addAll(last.recovered());
            stuck.addAll(last.stuck());
        } while (last.recovered().size() + last.stuck().size() == batch);
        return recovered;
    }

    private record Batch(List<Long> recovered, List<Long> stuck) {}

    private Batch batch(String which, Map<String, ?> bindings, Collection<Long> without, int limit) {
        Map<String, Object> all = new HashMap<>(bindings);
        all.put("without", without.toArray(Long[]::new));
        return database.inTransaction(tx -> {
            List<Long> recovered = new ArrayList<>();
            List<Long> stuck = new ArrayList<>();
            for (Stale stale : OperationRows.lockStale(tx, "(" + which + ") AND id <> ALL (:without)", all, limit)) {
                // One operation that cannot be put back must not keep the others.
                tx.savepoint("one");
                try {
                    putBack(tx, stale.operation(), stale.onLiveNode());
                    tx.releaseSavepoint("one");
                    recovered.add(stale.operation().id());
                } catch (RuntimeException failure) {
                    tx.rollbackToSavepoint("one");
                    stuck.add(stale.operation().id());
                    passOver(stale.operation(), failure);
                }
            }
            return new Batch(recovered, stuck);
        });
    }

    private void passOver(Operation operation, RuntimeException failure) {
        Duration pause = DatabaseTrouble.in(failure) ? WHILE_IT_PASSES : UNTIL_SOMEBODY_ACTS;
        passedOver.put(operation.id(), System.nanoTime() + pause.toNanos());
        log.error("{}: cannot be put back, trying again in {} min", operation, pause.toMinutes(), failure);
    }

    void putBack(Handle tx, Operation operation, boolean countStall) {
        StageEffects stage = effectsOf.apply(operation);
        if (countStall && operation.stalls() + 1 >= LeaseSettings.MOST_STALLS) {
            Failure poisoned = new Failure(
                    FailureKind.ITEM,
                    false,
                    operation + ": stalled " + LeaseSettings.MOST_STALLS
                            + " times; look at this item before you retry it");
            OperationRows.failStale(tx, operation, poisoned);
            stage.onFailure(tx, operation, poisoned);
        } else {
            OperationRows.putBackStale(tx, operation, countStall);
            stage.onPutBack(tx, operation);
        }
    }
}
