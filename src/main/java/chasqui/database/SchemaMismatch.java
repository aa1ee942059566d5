package chasqui.database;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;

/** The schema of the database and this version of the program do not belong together. */
public final class SchemaMismatch extends ChasquiException {
    private static final long serialVersionUID = 1L;

    /** @param retryable another start may succeed although nothing was changed on this machine */
    SchemaMismatch(boolean retryable, String message, Throwable cause) {
        super(FailureKind.PLATFORM, retryable, message, cause);
    }

    SchemaMismatch(boolean retryable, String message) {
        this(retryable, message, null);
    }
}
