package chasqui.storage;

import java.nio.file.Path;

/** The file to delete, or to move aside, is not the one that was proven or read. It was kept, or put back. */
public final class VictimChanged extends StorageException {
    private static final long serialVersionUID = 1L;

    VictimChanged(Path victim, FileFacts expected, FileFacts found, String whereItIs) {
        super(victim + ": not the file that was to go: expected " + expected + ", found " + found + "; " + whereItIs);
    }
}
