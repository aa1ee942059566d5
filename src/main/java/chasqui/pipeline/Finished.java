package chasqui.pipeline;

import java.time.Duration;

/**
 * Work that is recorded as done.
 *
 * @param ago when it was, by the clock of the machine that did it: what was proven then is no newer than that
 */
public record Finished(Operation operation, Duration ago) {
    /** Of the operation. */
    public long id() {
        return operation.id();
    }

    public long subjectId() {
        return operation.subjectId();
    }

    @Override
    public String toString() {
        return operation.toString();
    }
}
