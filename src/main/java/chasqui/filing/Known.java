package chasqui.filing;

import chasqui.pipeline.CopyState;
import chasqui.storage.FileFacts;
import java.time.Instant;

/**
 * What the catalogue holds under a path of a SOURCE location.
 *
 * @param observation for people: instrument and name of the executed observation unit
 * @param modified time of last change when it was filed
 * @param problem why packaging refused it, or null
 */
record Known(
        long copyId,
        CopyState state,
        String path,
        long unitId,
        long moduleId,
        String observation,
        FileFacts.Kind kind,
        long sizeBytes,
        Instant modified,
        String fileKey,
        String xxh64,
        String problem) {

    boolean factsAre(FileFacts now) {
        return new FileFacts(sizeBytes, modified, fileKey, kind).equals(now);
    }

    boolean isLeaving() {
        return switch (state) {
            case DELETION_SCHEDULED, DELETION_IN_PROGRESS, DELETION_FAILED -> true;
            default -> false;
        };
    }
}
