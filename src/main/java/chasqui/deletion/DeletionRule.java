package chasqui.deletion;

import chasqui.pipeline.CopyState;

/** Why a copy may go. There is no rule for a long-term archive. */
public enum DeletionRule {
    /** A raw data file: archived often enough, its site's buffer has given up the package, retention has passed. */
    SOURCE_FILE(CopyState.DELETION_POSSIBLE),
    /** A package at the buffer of the site that made it: archived often enough, and sent or not to be sent. */
    SOURCE_SITE_PACKAGE(CopyState.PRESENT),
    /** A package at the buffer of an archive site: every archive of that site holds it. */
    ARCHIVE_SITE_PACKAGE(CopyState.PRESENT),
    /** A transfer package: unpacked everywhere it had to go, and all its packages archived often enough. */
    TRANSFER_PACKAGE(CopyState.PRESENT),
    /** A staged tree: released, retention has passed, and archived often enough. */
    STAGED_PACKAGE(CopyState.STAGED);

    private final CopyState before;

    DeletionRule(CopyState before) {
        this.before = before;
    }

    /** The state a copy must be in to be scheduled, and goes back to when its deletion is refused. */
    public CopyState before() {
        return before;
    }
}
