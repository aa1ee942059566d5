package chasqui.transfer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Transfers that could not go when they were looked at. What waits for its link alone keeps its place; everything else
 * makes room for those behind it, and is looked at again by itself.
 */
final class PassedOver {
    /** Where more wait than one round looks at. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private PassedOver() {}

    /**
     * Writes down what the looks showed; rows that say so already are not written again.
     *
     * @param first what was looked at, by transfer
     */
    static void note(Handle tx, List<Look> looks, Map<Long, WaitingRows.First> first) {
        List<Long> free = new ArrayList<>();
        List<Look> passed = new ArrayList<>();
        for (Look look : looks) {
            WaitingRows.First one = first.get(look.id());
            if (look.goes() || look.turn()) {
                if (one.again()) {
                    free.add(look.id());
                }
            } else if (look.waitsFor() != null || one.again() || one.crowded()) {
                passed.add(look);
            }
        }
        forget(tx, free);
        pass(tx, passed, first);
    }

    /** They have their places in line again. */
    static void forget(Handle tx, List<Long> transfers) {
        if (transfers.isEmpty()) {
            return;
        }
        tx.createUpdate("""
                        UPDATE data_transfer SET waits_for = NULL, look_again_at = NULL
                         WHERE id = ANY (:ids) AND look_again_at IS NOT NULL
                        """).bindArray("ids", Long.class, transfers).execute();
    }

    private static void pass(Handle tx, List<Look> passed, Map<Long, WaitingRows.First> first) {
        if (passed.isEmpty()) {
            return;
        }
        tx.createUpdate("""
                        UPDATE data_transfer t
                           SET waits_for = w.waits_for,
                               look_again_at = CASE WHEN t.look_again_at IS NULL THEN clock_timestamp()
                                                    WHEN w.crowded THEN clock_timestamp() + make_interval(secs => :pause)
                                                    ELSE t.look_again_at END
                          FROM unnest(:ids, :reasons, :crowded) AS w (id, waits_for, crowded)
                         WHERE t.id = w.id
                           AND (w.crowded OR t.look_again_at IS NULL OR t.waits_for IS DISTINCT FROM w.waits_for)
                        """)
                .bind("pause", PAUSE.toSeconds())
                .bindArray("ids", Long.class, passed.stream().map(Look::id).toList())
                .bindArray(
                        "reasons",
                        String.class,
                        passed.stream().map(Look::waitsFor).toList())
                .bindArray(
                        "crowded",
                        Boolean.class,
                        passed.stream()
                                .map(one -> first.get(one.id()).crowded())
                                .toList())
                .execute();
    }
}
