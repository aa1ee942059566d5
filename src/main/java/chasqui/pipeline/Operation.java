package chasqui.pipeline;

/**
 * One unit of work at one data location.
 *
 * @param subjectId the package, transfer, job, copy or batch it is about; which of them follows from the type
 * @param attempt item failures so far, 0 on the first try
 * @param parks failures in a row that a location, a link or the platform was to blame for; they only lengthen the pause
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
        int stalls,
        int parks) {
    @Override
    public String toString() {
        return "operation " + id + " (" + queue + ", subject " + subjectId + ")";
    }
}
