package chasqui.pipeline;

/**
 * One unit of work at one data location.
 *
 * @param subjectId the package, transfer, job, copy or batch it is about; which of them follows from the type
 * @param attempt item failures so far, 0 on the first try
 * @param parks how often in a row it was put back for what was not its fault: a location, a link or the platform failed,
 *     or it had to wait; that only lengthens the pause
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
