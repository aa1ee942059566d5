package chasqui.pipeline;

/** Where a raw data package stands on its way. Legal changes: {@link StateChanges}. */
public enum PackageState {
    WAITING,
    TRANSFERRING,
    ARCHIVED,
    FAILED
}
