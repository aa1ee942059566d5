package chasqui.preflight;

import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import chasqui.topology.Topology;
import chasqui.transfer.BbcpPeer;
import chasqui.transfer.BbcpSettings;
import chasqui.transfer.TransferSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What is to be tried of the ways from a buffer to other hosts. */
public final class LinkChecks {
    private final Supplier<Topology> topology;
    private final TransferSettings transfer;
    private final BbcpSettings bbcp;

    public LinkChecks(Supplier<Topology> topology, TransferSettings transfer, BbcpSettings bbcp) {
        this.topology = topology;
        this.transfer = transfer;
        this.bbcp = bbcp;
    }

    public List<Check> of(DataLocation location) {
        List<Check> checks = new ArrayList<>();
        if (location.type() != LocationType.BUFFER) {
            return checks;
        }
        try {
            for (BbcpPeer peer : BbcpPeer.of(location, topology.get(), transfer, bbcp)) {
                checks.add(new Check(
                        BbcpCheck.name(peer),
                        peer,
                        List.of(),
                        BbcpCheck.LIMIT,
                        () -> BbcpCheck.look(bbcp.program(), peer)));
            }
        } catch (IllegalArgumentException unfit) {
            String why = "bbcp cannot be given an end of a link of this buffer: " + unfit.getMessage()
                    + "; correct the topology";
            checks.add(new Check("bbcp", why, List.of(), BbcpCheck.LIMIT, () -> List.of(Finding.told("bbcp", why))));
        }
        return checks;
    }
}
