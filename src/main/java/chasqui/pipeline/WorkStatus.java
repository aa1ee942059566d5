package chasqui.pipeline;

/** Status of packages, transfers, jobs and operations. Legal changes: {@link StateChanges}. */
public enum WorkStatus {
    PENDING,
    SCHEDULED,
    IN_PROGRESS,
    COMPLETED,
    FAILED,
    CANCELLED
}
