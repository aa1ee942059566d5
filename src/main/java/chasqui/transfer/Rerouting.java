package chasqui.transfer;

import chasqui.catalogue.Subjects;
import chasqui.link.Link;
import chasqui.link.LinkState;
import chasqui.notification.Notifications;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.WorkStatus;
import chasqui.topology.ArchiveSite;
import chasqui.topology.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends packages to another archive first whose link has carried nothing for too long. Only what was never sent whole and
 * is not under way changes its primary, so that the link of the origin carries every byte once; the old one becomes a
 * secondary that waits for the new.
 */
final class Rerouting {
    private static final Logger log = LoggerFactory.getLogger(Rerouting.class);
    private static final int ROUND = 500;

    private final Handle tx;
    private final Topology topology;
    private final Set<Link> avoided;

    Rerouting(Handle tx, Topology topology, Map<Link, LinkState> links) {
        this.tx = tx;
        this.topology = topology;
        this.avoided = links.values().stream()
                .filter(LinkState::isAvoided)
                .map(LinkState::link)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * @param patience how long a link may be paused or unhealthy; zero: for ever
     * @return how many packages go elsewhere first
     */
    int go(Duration patience) {
        if (avoided.isEmpty() || patience.isZero()) {
            return 0;
        }
        List<ReroutingRows.Journey> stuck = stuck(ReroutingRows.avoidedFor(tx, patience));
        if (stuck.isEmpty()) {
            return 0;
        }
        List<ReroutingRows.Stuck> found = ReroutingRows.stuck(tx, stuck, ROUND);
        Map<Long, List<ReroutingRows.Secondary>> others = ReroutingRows.lockSecondaries(
                tx, found.stream().map(ReroutingRows.Stuck::transferId).toList());
        List<ReroutingRows.Swap> swaps = new ArrayList<>();
        for (ReroutingRows.Stuck one : found) {
            choose(one, others.getOrDefault(one.transferId(), List.of())).ifPresent(swaps::add);
        }
        return swap(swaps);
    }

    /** What no first link has been open to for too long. */
    private List<ReroutingRows.Journey> stuck(Set<Link> tooLong) {
        return tooLong.stream()
                .map(Link::originSiteId)
                .distinct()
                .flatMap(origin -> topology.archiveSites().stream().map(site -> new Link(origin, site.siteId())))
                .filter(ends -> ends.originSiteId() != ends.destinationSiteId())
                .flatMap(ends ->
                        Stream.of(new ReroutingRows.Journey(ends, false), new ReroutingRows.Journey(ends, true)))
                .filter(journey -> tooLong.containsAll(firstLinks(journey.ends(), journey.alone())))
                .toList();
    }

    private List<Link> firstLinks(Link ends, boolean alone) {
        return alone ? List.of(ends) : Link.first(topology, ends.originSiteId(), ends.destinationSiteId());
    }

    /** Archives that can be reached and can send on to all others take their shares by their weights. */
    private Optional<ReroutingRows.Swap> choose(ReroutingRows.Stuck stuck, List<ReroutingRows.Secondary> secondaries) {
        Map<Long, Integer> weights =
                topology.archiveSites().stream().collect(Collectors.toMap(ArchiveSite::siteId, ArchiveSite::weight));
        List<ReroutingRows.Secondary> possible = secondaries.stream()
                .filter(one -> weights.getOrDefault(one.siteId(), 0) > 0)
                .filter(one -> isOpen(new Link(stuck.originSiteId(), one.siteId()), stuck.alone()))
                .filter(one -> isWay(new Link(one.siteId(), stuck.destinationSiteId()), stuck.alone()))
                .filter(one -> secondaries.stream()
                        .allMatch(other -> other.siteId() == one.siteId()
                                || isWay(new Link(one.siteId(), other.siteId()), stuck.alone())))
                .toList();
        long share =
                possible.stream().mapToLong(one -> weights.get(one.siteId())).sum();
        long place = share == 0 ? 0 : stuck.packageId() % share;
        for (ReroutingRows.Secondary one : possible) {
            place -= weights.get(one.siteId());
            if (place < 0) {
                return Optional.of(new ReroutingRows.Swap(stuck, one));
            }
        }
        return Optional.empty();
    }

    private boolean isOpen(Link ends, boolean alone) {
        return isWay(ends, alone) && !avoided.containsAll(firstLinks(ends, alone));
    }

    private boolean isWay(Link ends, boolean alone) {
        return alone
                ? topology.isWayForPackages(ends.originSiteId(), ends.destinationSiteId())
                : topology.isWay(ends.originSiteId(), ends.destinationSiteId());
    }

    private int swap(List<ReroutingRows.Swap> wanted) {
        if (wanted.isEmpty()) {
            return 0;
        }
        List<Long> primaries =
                wanted.stream().map(swap -> swap.stuck().transferId()).toList();
        // Operations before transfers, as in a claim: the two never wait for each other.
        List<Long> free = OperationStore.withdraw(
                tx, TransferWorker.TYPE, primaries, "its package goes to another archive first");
        Subjects.DATA_TRANSFER.change(tx, free, WorkStatus.SCHEDULED, WorkStatus.PENDING);
        Set<Long> idle = ReroutingRows.lockIdle(tx, primaries);
        List<ReroutingRows.Swap> swaps = wanted.stream()
                .filter(swap -> idle.contains(swap.stuck().transferId()))
                .toList();
        if (swaps.isEmpty()) {
            return 0;
        }
        ReroutingRows.swap(tx, swaps);
        swaps.stream()
                .collect(Collectors.groupingBy(swap -> swap.stuck().destinationSiteId(), Collectors.counting()))
                .forEach((site, count) -> tell(site, count));
        return swaps.size();
    }

    private void tell(long siteId, long count) {
        String site = topology.sites().stream()
                .filter(one -> one.id() == siteId)
                .map(one -> one.shortName())
                .findFirst()
                .orElse("site " + siteId);
        String message = count + " packages go to another archive first, because nothing has reached " + site
                + " for too long; it is sent them from there";
        log.info(message);
        Notifications.raise(
                tx,
                Notifications.Level.INFO,
                "rerouted:" + siteId,
                message,
                "nothing has to be done for these packages; chasqui link list shows why " + site + " is not reached");
    }
}
