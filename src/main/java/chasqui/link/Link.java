package chasqui.link;

import chasqui.topology.RouteType;
import chasqui.topology.Topology;
import chasqui.topology.TransferRoute;

/** The way from one site to another, without a stop between them. */
public record Link(long originSiteId, long destinationSiteId) {
    /** The first link on the way between two sites: to the site in the middle where a relay is used. */
    public static Link first(Topology topology, long originSiteId, long destinationSiteId) {
        long next = topology.route(originSiteId, destinationSiteId)
                .filter(route -> route.type() == RouteType.RELAY)
                .map(TransferRoute::relaySiteId)
                .orElse(destinationSiteId);
        return new Link(originSiteId, next);
    }
}
