package chasqui.storage;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A write found no room: the file system or the quota is full. What was half written has been removed. */
public final class StorageFull extends StorageException {
    private static final long serialVersionUID = 1L;

    public StorageFull(Path path, Throwable cause) {
        super(path + ": no space left on this file system; free some or raise the quota, then try again", cause);
    }

    /** Names the cause of a failed write: {@link StorageFull} when there is no room, else what and where. */
    static StorageException explain(Path path, IOException failure) {
        if (failure instanceof StorageException known) {
            return known;
        }
        if (saysFull(failure)) {
            return new StorageFull(path, failure);
        }
        return new StorageException(path + ": cannot be written: " + reason(failure), failure);
    }

    /** What an I/O error says, without the path that its message usually begins with. */
    static String reason(IOException failure) {
        if (failure instanceof FileSystemException at) {
            String reason = at.getReason();
            return reason != null ? reason : at.getClass().getSimpleName();
        }
        return failure.getMessage() != null
                ? failure.getMessage()
                : failure.getClass().getSimpleName();
    }

    /** The JDK has no type for ENOSPC and EDQUOT: only the C library's words, which a launcher keeps in English. */
    private static boolean saysFull(IOException failure) {
        String said = reason(failure);
        return said.contains("No space left on device") || said.contains("quota exceeded");
    }

    static void removeTemporary(Path temporary, Throwable because) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException leftBehind) {
            because.addSuppressed(leftBehind);
        }
    }
}
