package chasqui.pipeline;

import java.util.Objects;

/**
 * A classified failure.
 *
 * @param kind to whom it is charged
 * @param retryable whether trying the same again can help
 * @param message what, which, and what to do; shown to people, holds no secret
 */
public record Failure(FailureKind kind, boolean retryable, String message) {
    private static final int LONGEST_MESSAGE = 4_000;

    public Failure {
        Objects.requireNonNull(kind);
        message = message == null || message.isBlank() ? "no message" : message.replace('\0', '?');
        message = message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…";
    }

    public static Failure of(ChasquiException exception) {
        return new Failure(exception.kind(), exception.retryable(), exception.getMessage());
    }
}
