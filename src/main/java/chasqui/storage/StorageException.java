package chasqui.storage;

import java.io.IOException;

/** Something about the bytes or the place they lie in is wrong; the message says what, which and what to do. */
public class StorageException extends IOException {
    private static final long serialVersionUID = 1L;

    public StorageException(String message) {
        super(message);
    }

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
