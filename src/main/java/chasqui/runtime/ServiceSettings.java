package chasqui.runtime;

import chasqui.filing.FilingSettings;
import chasqui.pipeline.Backoff;
import chasqui.pipeline.LeaseSettings;
import chasqui.preflight.PreflightSettings;
import chasqui.settings.Settings;
import chasqui.topology.LocationPatterns;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How this process runs.
 *
 * @param node name among the nodes
 * @param roles some of manager, worker, monitor, api
 * @param locations patterns of the data locations its workers serve
 * @param concurrency operations of one queue at the same time
 * @param routesLook how often the folder of the routes is looked at; zero: never
 * @param unclaimedAfter longest time that due work may go unclaimed before it is told
 * @param drain longest time that running work has to finish after a SIGTERM
 * @param incomingAge how long nothing must have been written to what arrived and nobody waits for
 * @param nodesKeep how long a node that is not heard of any more stays in the register; zero: for ever
 * @param historyKeep how long finished operations are kept; zero: for ever
 */
record ServiceSettings(
        String node,
        Set<String> roles,
        List<String> locations,
        String queueEndpoint,
        int concurrency,
        Path routes,
        Duration routesLook,
        Duration managerInterval,
        Duration look,
        Duration monitorInterval,
        Duration unclaimedAfter,
        Duration drain,
        Duration incomingAge,
        Duration nodesKeep,
        Duration historyKeep,
        PreflightSettings preflight,
        FilingSettings filing,
        LeaseSettings lease) {
    private static final Set<String> ROLES = Set.of("manager", "worker", "monitor", "api");

    /** Sidecars and people look back for as long as a package is on its way. */
    private static final Duration SHORTEST_PAST = Duration.ofDays(60);

    static ServiceSettings from(Settings settings) {
        Set<String> roles = Set.copyOf(settings.list("chasqui.node.roles"));
        if (roles.isEmpty() || !ROLES.containsAll(roles)) {
            settings.refuse("chasqui.node.roles", "wants some of manager, worker, monitor, api");
        }
        List<String> locations = settings.list("chasqui.worker.locations");
        if (!locations.stream().allMatch(LocationPatterns::wellFormed)) {
            settings.refuse("chasqui.worker.locations", "wants a list of site/location, with * for any part");
        }
        return new ServiceSettings(
                nodeName(settings),
                roles,
                locations,
                settings.text("chasqui.queue.endpoint"),
                settings.number("chasqui.worker.concurrency", 1, 64),
                RouteFolder.of(settings),
                settings.duration("chasqui.routes.look"),
                settings.duration("chasqui.manager.interval"),
                settings.duration("chasqui.worker.look"),
                settings.duration("chasqui.monitor.interval"),
                QueueWatch.unclaimedAfter(settings),
                settings.duration("chasqui.drain"),
                settings.duration("chasqui.transfer.incoming-age"),
                settings.duration("chasqui.nodes.keep"),
                historyKeep(settings),
                PreflightSettings.from(settings),
                FilingSettings.from(settings),
                lease(settings));
    }

    private static Duration historyKeep(Settings settings) {
        Duration keep = settings.duration("chasqui.history.keep");
        if (!keep.isZero() && keep.compareTo(SHORTEST_PAST) < 0) {
            settings.refuse("chasqui.history.keep", "wants 0s (for ever) or at least " + SHORTEST_PAST.toDays() + "d");
        }
        return keep;
    }

    private static LeaseSettings lease(Settings settings) {
        Duration lease = settings.duration("chasqui.lease.duration");
        Duration renew = settings.duration("chasqui.lease.renew");
        if (renew.multipliedBy(2).compareTo(lease) > 0) {
            settings.refuse("chasqui.lease.renew", "wants at most half of chasqui.lease.duration");
            renew = lease.dividedBy(2);
        }
        return new LeaseSettings(
                lease,
                renew,
                settings.duration("chasqui.lease.stall"),
                backoff(settings, "chasqui.retry"),
                backoff(settings, "chasqui.park"));
    }

    private static Backoff backoff(Settings settings, String keys) {
        Duration first = settings.duration(keys + ".first");
        Duration longest = settings.duration(keys + ".longest");
        if (longest.compareTo(first) < 0) {
            settings.refuse(keys + ".longest", "wants at least " + keys + ".first");
            longest = first;
        }
        return new Backoff(first, longest);
    }

    static String nodeName(Settings settings) {
        String name = settings.text("chasqui.node.name");
        return name.isEmpty() ? hostName() : name;
    }

    static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
