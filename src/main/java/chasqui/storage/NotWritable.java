package chasqui.storage;

/** A place takes no writes, whatever is written: it is read-only, belongs to another, is broken, or its mount is stale. */
public final class NotWritable extends StorageException {
    private static final long serialVersionUID = 1L;

    NotWritable(String message, Throwable cause) {
        super(message, cause);
    }
}
