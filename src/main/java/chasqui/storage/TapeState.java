package chasqui.storage;

/** What a tape library says about a name. */
public enum TapeState {
    /** It has no such name. */
    ABSENT,
    /** Accepted, and not on tape yet. */
    PENDING,
    /** On tape, and readable at once. */
    ONLINE,
    /** On tape, and a recall is needed to read it. */
    NEARLINE;

    public boolean isOnTape() {
        return this == ONLINE || this == NEARLINE;
    }
}
