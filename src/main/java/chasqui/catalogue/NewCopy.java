package chasqui.catalogue;

import chasqui.pipeline.CopyState;
import java.time.Instant;

/**
 * A copy to record.
 *
 * @param path below the location's root, percent-encoded (DISK), or below its prefix (S3)
 * @param checksum {@code algorithm:hex}
 * @param modified time of last change to the nanosecond, null where the storage has none
 * @param fileKey {@code device:inode}, null where the storage has none
 * @param verified the bytes were read back from the storage and equal the checksum
 */
public record NewCopy(
        CopyOf of,
        long subjectId,
        long dataLocationId,
        String path,
        CopyState state,
        long sizeBytes,
        String checksum,
        Instant modified,
        String fileKey,
        boolean verified) {}
