package chasqui.staging;

import chasqui.storage.StorageException;

/** What came back from tape lies where it was put no more. Nothing is wrong with the copy on tape. */
final class RecallGone extends StorageException {
    private static final long serialVersionUID = 1L;

    RecallGone(String message) {
        super(message);
    }
}
