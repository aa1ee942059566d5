package chasqui.storage;

/** A command of a tape library did not do, or did not say, what it must: the library's fault, not the package's. */
public final class TapeFailure extends StorageException {
    private static final long serialVersionUID = 1L;

    TapeFailure(String message) {
        super(message);
    }

    TapeFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
