package chasqui.transfer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Pairs of locations between which transfers fail because of the one or the other, and nothing got through since. Those
 * that failed are tried again, each after its own pause; but they may be to blame themselves (a damaged cartridge, more
 * than fits), and never get through. So one that never failed is let go beside them from time to time.
 */
final class FailingEnds {
    private final int most;
    private final Map<List<Long>, Integer> failed = new HashMap<>();
    private final Set<List<Long>> onTrial = new HashSet<>();

    /** @param most failures since the last success after which no more than one goes at a time, 1 or more */
    FailingEnds(List<WaitingRows.Live> live, int most) {
        this.most = most;
        for (WaitingRows.Live one : live) {
            if (one.locationFailed()) {
                failed.merge(between(one.ends()), 1, Integer::sum);
            }
            if (one.onTrial()) {
                onTrial.add(between(one.ends()));
            }
        }
    }

    /** To be asked once for each transfer in a round: of those between failing ends, the first that may go is the only one. */
    boolean maySend(WaitingRows.Ends ends) {
        return failed.getOrDefault(between(ends), 0) < most || onTrial.add(between(ends));
    }

    private static List<Long> between(WaitingRows.Ends ends) {
        return List.of(ends.origin(), ends.destination());
    }
}
