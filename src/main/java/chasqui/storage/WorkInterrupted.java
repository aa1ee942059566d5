package chasqui.storage;

import java.io.IOException;

/** The thread that did the work was interrupted. Nothing half done was left behind. */
public final class WorkInterrupted extends StorageException {
    private static final long serialVersionUID = 1L;

    WorkInterrupted(IOException cause) {
        super("stopped: the thread that did the work was interrupted", cause);
    }
}
