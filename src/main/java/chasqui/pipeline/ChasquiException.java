package chasqui.pipeline;

/** Root of what can go wrong. The message says what, which, and what to do. */
public class ChasquiException extends RuntimeException {
    private final FailureKind kind;
    private final boolean retryable;

    public ChasquiException(FailureKind kind, boolean retryable, String message) {
        this(kind, retryable, message, null);
    }

    public ChasquiException(FailureKind kind, boolean retryable, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.retryable = retryable;
    }

    public final FailureKind kind() {
        return kind;
    }

    public final boolean retryable() {
        return retryable;
    }
}
