package chasqui.pipeline;

/**
 * Work that cannot go on yet, and nothing is to blame for it: a tape that is being written, for instance. It gives its
 * place back and is looked at again later; that costs no attempt and tells no breaker.
 */
public final class NotYet extends ChasquiException {
    private final transient Backoff pauses;

    /**
     * @param reason what it waits for, shown to people
     * @param pauses until it is looked at again, the longer the more often it had to wait in a row
     */
    public NotYet(String reason, Backoff pauses) {
        super(FailureKind.PLATFORM, true, reason);
        this.pauses = pauses;
    }

    Backoff pauses() {
        return pauses;
    }
}
