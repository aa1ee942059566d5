package chasqui.process;

import java.io.IOException;

/** There is no such program on this machine, or this user may not run it. */
public final class CommandMissing extends IOException {
    private static final long serialVersionUID = 1L;

    CommandMissing(String program) {
        super(program + ": there is no such program here that this user may run; install it, or correct its path");
    }
}
