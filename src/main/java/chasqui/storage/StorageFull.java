package chasqui.storage;

import java.nio.file.Path;

/** A write found no room: the file system or the quota is full. What was half written has been removed. */
public final class StorageFull extends StorageException {
    private static final long serialVersionUID = 1L;

    public StorageFull(Path path, Throwable cause) {
        super(path + ": no space left on this file system; free some or raise the quota, then try again", cause);
    }
}
