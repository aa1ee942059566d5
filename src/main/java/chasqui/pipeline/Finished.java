package chasqui.pipeline;

/**
 * Work that is recorded as done, perhaps long after: what it proves is dated from its claim, since that is the one moment
 * before the reading which the database's own clock has seen.
 */
public record Finished(Operation operation) {
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
