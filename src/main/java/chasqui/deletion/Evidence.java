package chasqui.deletion;

import chasqui.catalogue.ReadMode;
import java.time.Instant;

/**
 * An archived copy that was read back and was right.
 *
 * @param location {@code site/name} of the archive
 * @param checksum what the verification compared with, and found
 */
public record Evidence(
        long copyId,
        String packageName,
        String location,
        String checksum,
        long verificationId,
        Instant verifiedAt,
        ReadMode readMode) {}
