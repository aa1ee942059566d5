package chasqui.preflight;

import chasqui.bbcp.BbcpReach;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.process.Command;
import chasqui.transfer.BbcpPeer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The way to another host: is bbcp here and there, and does ssh get through without a question. What fails is told only:
 * the link has a health of its own, and other links of the same buffer go on.
 */
final class BbcpCheck {
    /** ssh is given up after 45 s by itself. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    private BbcpCheck() {}

    static String name(BbcpPeer peer) {
        return "bbcp " + (peer.sends() ? "to " : "from ") + peer.location();
    }

    static List<Finding> look(String program, BbcpPeer peer) throws Exception {
        new Command(List.of(program)).requireProgram();
        Optional<String> problem = BbcpReach.problem(peer.end(), peer.options(), peer.sends());
        if (problem.isPresent()) {
            throw new ChasquiException(FailureKind.LINK, true, problem.get());
        }
        return List.of();
    }
}
