package chasqui.transfer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pairs of locations between which transfers fail because of the one or the other. Those that failed are the probes: each
 * is tried again after its own pause. Nothing new is let go between them until one gets through.
 */
final class FailingEnds {
    private final int most;
    private final Map<List<Long>, Integer> failed = new HashMap<>();

    /** @param most failures after which nothing new goes, 1 or more */
    FailingEnds(List<WaitingRows.Live> live, int most) {
        this.most = most;
        live.stream()
                .filter(WaitingRows.Live::locationFailed)
                .forEach(one -> failed.merge(between(one.ends()), 1, Integer::sum));
    }

    boolean closedBetween(WaitingRows.Ends ends) {
        return failed.getOrDefault(between(ends), 0) >= most;
    }

    private static List<Long> between(WaitingRows.Ends ends) {
        return List.of(ends.origin(), ends.destination());
    }
}
