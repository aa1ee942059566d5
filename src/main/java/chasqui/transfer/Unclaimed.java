package chasqui.transfer;

import chasqui.link.Link;
import chasqui.notification.Notifications;
import chasqui.pipeline.OperationStore;
import chasqui.topology.Topology;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Transfers that were let go and that no worker begins with, because none serves their location, or its route is stopped.
 * They hold no places on the link: a second buffer of the same site, whose worker lives, shall not wait for them. One of
 * each location stays claimable; when it is claimed somebody works there again, and the others compete as before. For that
 * moment its link carries one more than it should.
 */
final class Unclaimed {
    /** Far longer than a worker takes to look by itself. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What may be claimed, by the location whose worker does not come. */
    private final Map<Long, List<WaitingRows.Live>> deserted;

    Unclaimed(List<WaitingRows.Live> live) {
        Set<Long> working = live.stream()
                .filter(WaitingRows.Live::running)
                .map(one -> one.ends().worker())
                .collect(Collectors.toSet());
        Set<Long> places = live.stream()
                .filter(one -> one.unclaimed() && !working.contains(one.ends().worker()))
                .map(one -> one.ends().worker())
                .collect(Collectors.toSet());
        this.deserted = live.stream()
                .filter(one ->
                        one.contender().admitted() && places.contains(one.ends().worker()))
                .collect(Collectors.groupingBy(one -> one.ends().worker(), TreeMap::new, Collectors.toList()));
    }

    /** Whether nobody works at a location at present, as far as can be seen. */
    boolean desertedAt(long worker) {
        return deserted.containsKey(worker);
    }

    /**
     * Holds back all but one of each location, and tells people of it.
     *
     * @return how many were claimed in this very moment, by link
     */
    Map<Link, Integer> holdBack(Handle tx, Topology topology) {
        Map<Link, Integer> claimed = new HashMap<>();
        deserted.forEach((worker, claimable) -> {
            String place = topology.location(worker).label();
            List<WaitingRows.Live> others = claimable.stream()
                    .sorted(Comparator.comparing(
                                    (WaitingRows.Live one) -> one.contender().priority())
                            .thenComparing(one -> one.contender().operationId()))
                    .skip(1)
                    .toList();
            Set<Long> held = new HashSet<>(OperationStore.holdBack(
                    tx,
                    others.stream().map(one -> one.contender().operationId()).toList(),
                    "a worker at " + place));
            others.stream()
                    .filter(one -> !held.contains(one.contender().operationId()))
                    .forEach(one -> claimed.merge(one.contender().link(), 1, Integer::sum));
            tell(tx, place);
        });
        return claimed;
    }

    private static void tell(Handle tx, String place) {
        Notifications.raiseUnlessWaiting(
                tx,
                Notifications.Level.WARNING,
                "nobody-sends:" + place,
                place + ": transfers could go for more than " + PATIENCE.toSeconds()
                        + " s and no worker begins with them; meanwhile the link is left to others",
                "start a worker for " + place + ", or its stopped route (chasqui queues shows who serves what)");
    }
}
