package chasqui.storage;

import java.nio.file.Path;

/** The file to delete is not the one that the proof named. It was kept, or put back. */
public final class VictimChanged extends StorageException {
    private static final long serialVersionUID = 1L;

    VictimChanged(Path victim, FileFacts expected, FileFacts found, String whereItIs) {
        super(victim + ": not the file that was to be deleted: expected " + expected + ", found " + found + "; "
                + whereItIs);
    }
}
