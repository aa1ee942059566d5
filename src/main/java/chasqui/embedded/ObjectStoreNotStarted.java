package chasqui.embedded;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;

/** The embedded S3 store could not be made to serve; the message says why and what to do. */
public final class ObjectStoreNotStarted extends ChasquiException {
    private static final long serialVersionUID = 1L;

    ObjectStoreNotStarted(String message) {
        super(FailureKind.PLATFORM, false, message);
    }

    ObjectStoreNotStarted(String message, Throwable cause) {
        super(FailureKind.PLATFORM, false, message, cause);
    }
}
