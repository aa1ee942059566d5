package chasqui.embedded;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;

/** The embedded PostgreSQL could not be made to serve; the message says why and what to do. */
public final class DatabaseNotStarted extends ChasquiException {
    private static final long serialVersionUID = 1L;

    DatabaseNotStarted(String message) {
        super(FailureKind.PLATFORM, false, message);
    }

    DatabaseNotStarted(String message, Throwable cause) {
        super(FailureKind.PLATFORM, false, message, cause);
    }
}
