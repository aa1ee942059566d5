package chasqui.transfer;

import chasqui.bbcp.BbcpEnd;
import chasqui.bbcp.BbcpOptions;
import chasqui.topology.DataLocation;
import chasqui.topology.Topology;
import chasqui.topology.TransferRoute;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Another host that workers of a buffer reach by bbcp.
 *
 * @param location what is reached there
 * @param end a name in its root
 * @param sends this side sends there; else it fetches from there
 */
public record BbcpPeer(DataLocation location, BbcpEnd end, BbcpOptions options, boolean sends) {
    private static final String METHOD = "bbcp";
    /** Nothing has this name. */
    private static final Path NOBODY = Path.of(".chasqui-preflight");

    /**
     * Those of one buffer, by the routes as they are now: of each pair of sites the best.
     *
     * @throws IllegalArgumentException one of them has a host or path that bbcp cannot be shown
     */
    public static List<BbcpPeer> of(
            DataLocation here, Topology topology, TransferSettings transfer, BbcpSettings bbcp) {
        List<BbcpPeer> peers = new ArrayList<>();
        if (here.root() == null) {
            return peers;
        }
        topology.sites().stream()
                .filter(site -> site.active() && site.id() != here.siteId())
                .forEach(other -> {
                    Optional<TransferRoute> there = route(topology, here.siteId(), other.id());
                    boolean used = there.isPresent()
                            || topology.isWay(here.siteId(), other.id())
                                    && !topology.longTermArchivesOf(other.id()).isEmpty();
                    if (used && there.map(route -> !route.pull()).orElse(true)) {
                        first(topology, other.id(), there.map(TransferRoute::destinationLocationId))
                                .flatMap(peer -> peer(here, peer, there, true, transfer, bbcp))
                                .ifPresent(peers::add);
                    }
                    Optional<TransferRoute> back =
                            route(topology, other.id(), here.siteId()).filter(TransferRoute::pull);
                    if (back.isPresent()) {
                        first(topology, other.id(), back.map(TransferRoute::originLocationId))
                                .flatMap(peer -> peer(here, peer, back, false, transfer, bbcp))
                                .ifPresent(peers::add);
                    }
                });
        return peers;
    }

    private static Optional<TransferRoute> route(Topology topology, long origin, long destination) {
        return topology.routes(origin, destination).stream()
                .filter(route -> route.relaySiteId() == null)
                .findFirst();
    }

    private static Optional<DataLocation> first(Topology topology, long site, Optional<Long> named) {
        return topology.buffersOf(site).stream()
                .filter(buffer -> named.isEmpty() || buffer.id() == named.get())
                .findFirst();
    }

    private static Optional<BbcpPeer> peer(
            DataLocation here,
            DataLocation there,
            Optional<TransferRoute> route,
            boolean sends,
            TransferSettings transfer,
            BbcpSettings bbcp) {
        String named = route.map(TransferRoute::method).orElse(null);
        String method = MethodChoice.of(named, transfer.method(), sends ? here : there, sends ? there : here, !sends);
        if (!method.equals(METHOD) || there.host() == null || there.root() == null) {
            return Optional.empty();
        }
        BbcpOptions options =
                bbcp.options().with(route.map(TransferRoute::options).orElse(Map.of()), new ArrayList<>());
        return Optional.of(new BbcpPeer(
                there, new BbcpEnd(there.host(), there.user(), there.root().resolve(NOBODY)), options, sends));
    }
}
