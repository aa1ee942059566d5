package chasqui.deletion;

/**
 * What became of one victim.
 *
 * @param message null when there is nothing to say
 */
record Outcome(long copyId, What what, String message) {
    enum What {
        /** Unlinked now. */
        DELETED,
        /** Nothing was there: deleted before, perhaps by an attempt that died. */
        ABSENT,
        /** The proof did not hold when it was made again. */
        REFUSED,
        /** Something else has its name: not touched, or put back. */
        CHANGED,
        /** It could not be deleted. */
        FAILED
    }

    boolean gone() {
        return what == What.DELETED || what == What.ABSENT;
    }
}
