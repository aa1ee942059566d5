package chasqui.process;

import java.io.IOException;

/** This machine has no process, memory or open file left for one more program, or none of what all programs start with. */
public final class CommandNotStarted extends IOException {
    private static final long serialVersionUID = 1L;

    CommandNotStarted(String program, IOException cause) {
        super(
                program + ": cannot be started here: " + cause.getMessage()
                        + "; look at the limits of processes, memory and open files of this service, and for setsid"
                        + " (util-linux) on its PATH",
                cause);
    }
}
