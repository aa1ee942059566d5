package chasqui.link;

import chasqui.topology.RouteType;
import chasqui.topology.Topology;
import java.util.List;

/** The way from one site to another, without a stop between them. */
public record Link(long originSiteId, long destinationSiteId) {
    /** The links that a journey between two sites can begin with: to the other end, or to the sites of its relays. */
    public static List<Link> first(Topology topology, long originSiteId, long destinationSiteId) {
        List<Link> links = topology.routes(originSiteId, destinationSiteId).stream()
                .map(route -> new Link(
                        originSiteId, route.type() == RouteType.RELAY ? route.relaySiteId() : destinationSiteId))
                .distinct()
                .toList();
        return links.isEmpty() ? List.of(new Link(originSiteId, destinationSiteId)) : links;
    }
}
