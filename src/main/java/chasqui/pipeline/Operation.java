package chasqui.pipeline;

/**
 * One unit of work at one data location.
 *
 * @param subjectId the package, transfer, job, copy or batch it is about; which of them follows from the type
 * @param attempt item failures so far, 0 on the first try
 */
public record Operation(
        long id,
        OperationType type,
        long dataLocationId,
        String queue,
        long subjectId,
        int priority,
        int attempt,
        int maxAttempts,
        int stalls) {
    @Override
    public String toString() {
        return "operation " + id + " (" + queue + ", subject " + subjectId + ")";
    }
}
