package chasqui.filing;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;

/** The request itself cannot be carried out; nothing was filed. */
public final class FilingRefused extends ChasquiException {
    FilingRefused(String message) {
        super(FailureKind.ITEM, false, message);
    }

    FilingRefused(String message, Throwable cause) {
        super(FailureKind.ITEM, false, message, cause);
    }
}
