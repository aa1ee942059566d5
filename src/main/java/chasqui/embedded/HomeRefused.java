package chasqui.embedded;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;

/** A folder that cannot serve as home; the message says why and what to do. */
public class HomeRefused extends ChasquiException {
    private static final long serialVersionUID = 1L;

    HomeRefused(String message) {
        super(FailureKind.PLATFORM, false, message);
    }

    HomeRefused(String message, Throwable cause) {
        super(FailureKind.PLATFORM, false, message, cause);
    }
}
