package chasqui.filing;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;

/** What was asked cannot be kept now: the limit is reached, or the disk takes no more. Nothing was accepted. */
public final class JournalFull extends ChasquiException {
    JournalFull(String message, Throwable cause) {
        super(FailureKind.PLATFORM, true, message, cause);
    }
}
