package chasqui.api;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;

/** Who asks may not. */
public final class NotAllowed extends ChasquiException {
    private final int status;

    NotAllowed(int status, String message) {
        this(status, message, false);
    }

    /** @param again he may in a moment, perhaps */
    NotAllowed(int status, String message, boolean again) {
        super(FailureKind.ITEM, again, message);
        this.status = status;
    }

    /** Of HTTP: 401 or 403. */
    int status() {
        return status;
    }
}
