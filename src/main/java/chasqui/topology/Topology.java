package chasqui.topology;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Sites, data locations and transfer routes as the database had them at one moment; immutable. */
public final class Topology {
    private final List<Site> sites;
    private final List<DataLocation> locations;
    private final List<TransferRoute> routes;
    private final Map<Long, DataLocation> byId;

    /**
     * @param sites all of them, active or not
     * @param locations likewise
     * @param routes the active ones
     */
    Topology(List<Site> sites, List<DataLocation> locations, List<TransferRoute> routes) {
        this.sites =
                sites.stream().sorted(Comparator.comparing(Site::shortName)).toList();
        this.locations = locations.stream()
                .sorted(Comparator.comparing(DataLocation::site)
                        .thenComparing(DataLocation::type)
                        .thenComparing(DataLocation::priority)
                        .thenComparing(DataLocation::name))
                .toList();
        this.routes = routes.stream()
                .sorted(Comparator.comparing(TransferRoute::priority).thenComparing(TransferRoute::id))
                .toList();
        this.byId = locations.stream().collect(Collectors.toUnmodifiableMap(DataLocation::id, Function.identity()));
    }

    /**
     * @throws ChasquiException (platform, retryable) no such location: the topology changed since it was read
     */
    public DataLocation location(long id) {
        DataLocation found = byId.get(id);
        if (found == null) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    "data location " + id + " is not in the topology as last read; it will be read again");
        }
        return found;
    }

    /** All locations, active or not, in order of site, type, priority and name. */
    public List<DataLocation> locations() {
        return locations;
    }

    /** All sites, active or not, by short name. */
    public List<Site> sites() {
        return sites;
    }

    /** Active buffers of a site, the one to use first in front and those that drain at the end; empty for an unknown or inactive site. */
    public List<DataLocation> buffersOf(long siteId) {
        return active(siteId, LocationType.BUFFER);
    }

    /** Active long-term archive locations of a site, the one to use first in front and those that drain at the end. */
    public List<DataLocation> longTermArchivesOf(long siteId) {
        return active(siteId, LocationType.LONG_TERM_ARCHIVE);
    }

    /** Active processing locations of a site, the one to use first in front and those that drain at the end. */
    public List<DataLocation> processingOf(long siteId) {
        return active(siteId, LocationType.PROCESSING);
    }

    /**
     * Sites that can archive, by short name. One whose buffers all drain is one of them: what is meant for it waits. One
     * that drains itself, or all of whose archives do, gets nothing more.
     */
    public List<ArchiveSite> archiveSites() {
        return sites.stream()
                .filter(site -> site.active() && !site.draining())
                .filter(site -> !buffersOf(site.id()).isEmpty()
                        && longTermArchivesOf(site.id()).stream().anyMatch(DataLocation::takes))
                .map(site -> new ArchiveSite(site.id(), site.shortName(), site.ltaWeight()))
                .toList();
    }

    /** The active route from one site to another with the best priority; empty: the default way. */
    public Optional<TransferRoute> route(long originSiteId, long destinationSiteId) {
        return between(originSiteId, destinationSiteId).findFirst();
    }

    /**
     * The active routes from one site to another that data may take, best priority first: those before one that forbids
     * the pair, and RELAY routes whose site in the middle has a buffer that takes something and may send on by itself.
     */
    public List<TransferRoute> routes(long originSiteId, long destinationSiteId) {
        return between(originSiteId, destinationSiteId)
                .takeWhile(route -> !route.forbidden())
                .filter(route -> route.type() != RouteType.RELAY
                        || (takesTransferPackages(route.relaySiteId())
                                && hopIsPossible(route.relaySiteId(), destinationSiteId)))
                .toList();
    }

    private boolean takesTransferPackages(long siteId) {
        return sites.stream().anyMatch(site -> site.id() == siteId && !site.draining())
                && buffersOf(siteId).stream().anyMatch(DataLocation::takes);
    }

    /** Whether anything may travel from one site to another: by a route, or the default way where the pair has none. */
    public boolean isWay(long originSiteId, long destinationSiteId) {
        return originSiteId != destinationSiteId
                && (between(originSiteId, destinationSiteId).findAny().isEmpty()
                        || !routes(originSiteId, destinationSiteId).isEmpty());
    }

    /** The same for packages by themselves, which no relay takes on. */
    public boolean isWayForPackages(long originSiteId, long destinationSiteId) {
        return isWay(originSiteId, destinationSiteId)
                && (between(originSiteId, destinationSiteId).findAny().isEmpty()
                        || routes(originSiteId, destinationSiteId).stream()
                                .anyMatch(route -> route.type() != RouteType.RELAY));
    }

    private boolean hopIsPossible(long originSiteId, long destinationSiteId) {
        return between(originSiteId, destinationSiteId)
                        .takeWhile(route -> !route.forbidden())
                        .anyMatch(route -> route.type() == RouteType.CUSTOM)
                || between(originSiteId, destinationSiteId)
                        .allMatch(route -> route.type() == RouteType.DIRECT && !route.forbidden());
    }

    private Stream<TransferRoute> between(long originSiteId, long destinationSiteId) {
        return routes.stream()
                .filter(route ->
                        route.originSiteId() == originSiteId && route.destinationSiteId() == destinationSiteId);
    }

    /** All active routes, best priority first. */
    public List<TransferRoute> routes() {
        return routes;
    }

    private List<DataLocation> active(long siteId, LocationType type) {
        return locations.stream()
                .filter(l -> l.siteId() == siteId && l.type() == type && l.active())
                .sorted(Comparator.comparing(DataLocation::draining)
                        .thenComparing(DataLocation::priority)
                        .thenComparing(DataLocation::name))
                .toList();
    }
}
