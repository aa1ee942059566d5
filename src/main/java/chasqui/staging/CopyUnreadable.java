package chasqui.staging;

import chasqui.storage.StorageException;

/** Where a copy is registered there is nothing to read. */
final class CopyUnreadable extends StorageException {
    private static final long serialVersionUID = 1L;

    CopyUnreadable(String message, Throwable cause) {
        super(message, cause);
    }
}
