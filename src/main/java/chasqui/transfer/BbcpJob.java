package chasqui.transfer;

import chasqui.bbcp.BbcpCommand;
import chasqui.bbcp.BbcpResult;
import chasqui.pipeline.Lease;
import chasqui.storage.FileFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One transfer by bbcp, from its preparation to its end.
 *
 * @param command what is run
 * @param source how the source looked before; empty: it is at the other end
 * @param temporary what bbcp writes before it gets its incoming name; empty: it is at the other end, under that name
 * @param method whose work it is
 */
public record BbcpJob(
        Lease lease,
        Transfer transfer,
        BbcpCommand command,
        Optional<FileFacts> source,
        Optional<Path> temporary,
        BbcpMethod method) {
    /** Runs bbcp; nothing of it is alive on this machine afterwards, nor is what it wrote here unless it succeeded. */
    public BbcpResult run() throws IOException, InterruptedException {
        return method.run(this);
    }
}
