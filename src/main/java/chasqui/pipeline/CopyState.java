package chasqui.pipeline;

/** State of a physical copy. Legal changes: {@link StateChanges}. */
public enum CopyState {
    PRESENT,
    STAGED,
    DELETION_POSSIBLE,
    DELETION_SCHEDULED,
    DELETION_IN_PROGRESS,
    DELETED,
    DELETION_FAILED,
    SUSPECT,
    CORRUPT,
    MISSING
}
