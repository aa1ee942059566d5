package chasqui.runtime;

import chasqui.topology.ArchiveSite;
import chasqui.topology.Queue;
import chasqui.topology.RouteType;
import chasqui.topology.Site;
import chasqui.topology.Topology;
import chasqui.topology.TransferRoute;
import chasqui.transfer.TransferWorker;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many transfers the links that end at a buffer's site can ask of its workers at the same time: a queue with fewer
 * workers would let one slow link hold up the others.
 */
final class LinkWorkers {
    private static final int MOST = 100;

    private final Topology topology;
    private final int otherwise;

    /** @param otherwise transfers of a link at the same time where its route says nothing */
    LinkWorkers(Topology topology, int otherwise) {
        this.topology = topology;
        this.otherwise = otherwise;
    }

    /** 0 for queues of other work. */
    int of(Queue queue) {
        if (!queue.type().equals(TransferWorker.TYPE)) {
            return 0;
        }
        long site = queue.location().siteId();
        Set<Long> reached = new HashSet<>();
        topology.archiveSites().stream().map(ArchiveSite::siteId).forEach(reached::add);
        topology.routes().stream()
                .filter(route -> route.type() == RouteType.RELAY)
                .map(TransferRoute::relaySiteId)
                .forEach(reached::add);
        int sum = 0;
        for (Site other : topology.sites()) {
            if (other.active() && other.id() != site) {
                sum += reached.contains(other.id()) ? most(site, other.id(), false) : 0;
                sum += reached.contains(site) ? most(other.id(), site, true) : 0;
            }
        }
        return Math.min(sum, MOST);
    }

    /** What the widest of a link's routes carries, of those whose work is done at one end. */
    private int most(long from, long to, boolean pull) {
        List<TransferRoute> routes = topology.routes().stream()
                .filter(route -> route.originSiteId() == from && route.destinationSiteId() == to)
                .filter(route -> route.type() != RouteType.RELAY && !route.forbidden())
                .toList();
        if (routes.isEmpty()) {
            return pull ? 0 : otherwise;
        }
        return routes.stream()
                .filter(route -> route.pull() == pull)
                .mapToInt(route -> route.concurrency() == null ? otherwise : route.concurrency())
                .max()
                .orElse(0);
    }
}
