package chasqui.pipeline;

import org.jdbi.v3.core.Handle;

/**
 * One kind of result of a stage.
 *
 * @param type a record; its simple name is what journals call it
 * @param effect what it changes beside the operation: the only way in which it is ever recorded, at once or late
 */
public record ResultKind<R extends Result>(Class<R> type, Recording<R> effect) {

    /** A stage's part of the transaction that completes the operation. */
    @FunctionalInterface
    public interface Recording<R> {
        /** @throws ChasquiException it cannot be recorded now (retryable), or never, since what it was made of has changed */
        void record(Handle tx, Finished work, R result);
    }

    String name() {
        return type.getSimpleName();
    }

    void record(Handle tx, Finished work, Result result) {
        effect.record(tx, work, type.cast(result));
    }
}
