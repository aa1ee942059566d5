package chasqui.filing;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;

/** A request stays in the spool: it can be carried out later, perhaps. */
public final class SpoolWaits extends ChasquiException {
    SpoolWaits(String message, Throwable cause) {
        super(FailureKind.LOCATION, true, message, cause);
    }
}
