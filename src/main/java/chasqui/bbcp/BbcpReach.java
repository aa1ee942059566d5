package chasqui.bbcp;

import java.io.IOException;
import java.util.Optional;

/** Whether bbcp could be used with another host now, asked without sending anything. */
public final class BbcpReach {
    private BbcpReach() {}

    /**
     * Asks the other end.
     *
     * @param end a name in the folder that files would be sent to or fetched from; nothing needs to have that name
     * @param toWrite whether files would be sent there
     * @return what is in the way, and what to do; empty: nothing
     */
    public static Optional<String> problem(BbcpEnd end, BbcpOptions options, boolean toWrite)
            throws IOException, InterruptedException {
        RemoteLook look = RemoteLook.at(end, options);
        Optional<String> general = look.problem(end, options);
        if (general.isPresent()) {
            return general;
        }
        if (!look.is("folder")) {
            return Optional.of(end.host() + " has no folder " + end.path().getParent() + ": mount or make it");
        }
        return toWrite && !look.is("writable")
                ? Optional.of(end.host() + " does not let " + end.path().getParent() + " be written to")
                : Optional.empty();
    }
}
