package chasqui.pipeline;

import chasqui.notification.Notifications;
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

    /** A deadlock, mostly: the next round fares better, while the rest of this one goes on without it. */
    private static final Duration AT_FIRST = Duration.ofSeconds(10);

    /** A lock, or resources of the database. */
    private static final Duration WHILE_IT_PASSES = Duration.ofMinutes(1);

    /** A program that does not know its stage, or rows that its stage does not expect. */
    private static final Duration UNTIL_SOMEBODY_ACTS = Duration.ofHours(1);

    private static final int TIMES_UNTIL_THEN = 3;
    private static final Duration FORGOTTEN_AFTER = Duration.ofHours(2);

    private final Jdbi database;
    private final Function<Operation, StageEffects> effectsOf;
    private final Map<Long, PassedOver> passedOver = new ConcurrentHashMap<>();

    /**
     * @param times in a row
     * @param until as {@link System#nanoTime}
     */
    private record PassedOver(int times, long until) {
        boolean isOver(long now, Duration since) {
            return now - until >= since.toNanos();
        }
    }

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
        passedOver.values().removeIf(one -> one.isOver(now, FORGOTTEN_AFTER));
        List<Long> without = passedOver.entrySet().stream()
                .filter(one -> !one.getValue().isOver(now, Duration.ZERO))
                .map(Map.Entry::getKey)
                .toList();
        return batch(which, bindings, without, limit).recovered();
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
                    passedOver.remove(stale.operation().id());
                } catch (RuntimeException failure) {
                    tx.rollbackToSavepoint("one");
                    stuck.add(stale.operation().id());
                    passOver(tx, stale.operation(), failure);
                }
            }
            return new Batch(recovered, stuck);
        });
    }

    private void passOver(Handle tx, Operation operation, RuntimeException failure) {
        PassedOver before = passedOver.get(operation.id());
        int times = before == null ? 1 : before.times() + 1;
        boolean passes = DatabaseTrouble.in(failure);
        Duration pause = pause(times, passes);
        passedOver.put(operation.id(), new PassedOver(times, System.nanoTime() + pause.toNanos()));
        log.error("{}: cannot be put back, trying again in {} s", operation, pause.toSeconds(), failure);
        if (!passes && times == TIMES_UNTIL_THEN) {
            Notifications.raise(
                    tx,
                    Notifications.Level.ERROR,
                    "stale:" + operation.queue(),
                    operation + ": nobody works on it any more, and it cannot be put back: " + failure,
                    "look at what that says; it is tried again every " + pause.toMinutes() + " min");
        }
    }

    private static Duration pause(int times, boolean passes) {
        if (times == 1) {
            return AT_FIRST;
        }
        return passes || times < TIMES_UNTIL_THEN ? WHILE_IT_PASSES : UNTIL_SOMEBODY_ACTS;
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
