package chasqui.assembly;

import chasqui.link.Link;
import chasqui.topology.ArchiveSite;
import chasqui.topology.DataLocation;
import chasqui.topology.RouteType;
import chasqui.topology.StorageType;
import chasqui.topology.Topology;
import chasqui.topology.TransferRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where packages of one site can go, as the topology has it now. */
final class Destinations {
    private final Topology topology;
    private final long originSiteId;
    private final Set<Link> avoided;

    Destinations(Topology topology, long originSiteId) {
        this(topology, originSiteId, Set.of());
    }

    /** @param avoided links that are paused or do not answer */
    Destinations(Topology topology, long originSiteId, Set<Link> avoided) {
        this.topology = topology;
        this.avoided = avoided;
        this.originSiteId = originSiteId;
    }

    /**
     * One transfer of a transfer package.
     *
     * @param routeId the transfer route it follows; null for the default way
     * @param method null: the default
     */
    record Leg(long siteId, boolean primary, long destinationLocationId, Long routeId, String method, boolean pull) {}

    /** Sites that can be the primary destination, by name: those that answer, or all where none does. */
    List<ArchiveSite> primaries() {
        List<ArchiveSite> all = topology.archiveSites().stream()
                .filter(site -> site.weight() > 0)
                .filter(site -> leg(originSiteId, site, true).isPresent())
                .toList();
        List<ArchiveSite> answering = all.stream()
                .filter(site -> !avoided.containsAll(Link.first(topology, originSiteId, site.siteId())))
                .toList();
        return answering.isEmpty() ? all : answering;
    }

    /** Whether packages go to that site by themselves, straight into its archive: its best route says so. */
    boolean isDirect(ArchiveSite primary) {
        return topology.routes(originSiteId, primary.siteId()).stream()
                .findFirst()
                .map(route -> route.type() == RouteType.DIRECT)
                .orElse(false);
    }

    /**
     * The sites that packages sent straight to a primary go on to, from its archive to theirs: no relay takes them there.
     */
    List<Long> sitesAfterDirect(ArchiveSite primary) {
        return topology.archiveSites().stream()
                .map(ArchiveSite::siteId)
                .filter(site -> site != primary.siteId() && site != originSiteId)
                .filter(site -> topology.isWayForPackages(primary.siteId(), site))
                .toList();
    }

    /**
     * The way to all archive sites: the primary transfer first, then from there to each other one. A site that nothing may
     * be sent to from the primary destination gets none; neither does the origin, which archives for itself.
     */
    List<Leg> legs(ArchiveSite primary) {
        List<Leg> legs =
                new ArrayList<>(List.of(leg(originSiteId, primary, true).orElseThrow()));
        for (ArchiveSite other : topology.archiveSites()) {
            if (other.siteId() != primary.siteId() && other.siteId() != originSiteId) {
                leg(primary.siteId(), other, false).ifPresent(legs::add);
            }
        }
        return legs;
    }

    private Optional<Leg> leg(long fromSite, ArchiveSite to, boolean primary) {
        if (!topology.isWay(fromSite, to.siteId())) {
            return Optional.empty();
        }
        Optional<TransferRoute> route = topology.routes(fromSite, to.siteId()).stream()
                .filter(one -> one.type() == RouteType.CUSTOM)
                .findFirst();
        List<DataLocation> buffers = topology.buffersOf(to.siteId()).stream()
                .filter(buffer -> buffer.storage() == StorageType.DISK)
                .toList();
        Long wanted = route.map(TransferRoute::destinationLocationId).orElse(null);
        return buffers.stream()
                .filter(buffer -> wanted != null && buffer.id() == wanted && buffer.takes())
                .findFirst()
                .or(() -> buffers.stream().findFirst())
                .map(buffer -> new Leg(
                        to.siteId(),
                        primary,
                        buffer.id(),
                        route.map(TransferRoute::id).orElse(null),
                        route.map(TransferRoute::method).orElse(null),
                        route.map(TransferRoute::pull).orElse(false)));
    }
}
