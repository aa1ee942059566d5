package chasqui.bench;

import java.io.IOException;

/** Something that a bench needs is not on this machine; the message says what, and how to get it. */
public final class BenchImpossible extends IOException {
    private static final long serialVersionUID = 1L;

    BenchImpossible(String message) {
        super(message);
    }
}
