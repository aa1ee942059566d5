package chasqui.deletion;

import chasqui.catalogue.ReadMode;
import chasqui.pipeline.CopyState;
import java.time.Instant;

/**
 * A package's copy in a long-term archive with its newest verification.
 *
 * @param active the archive and its site are in service
 * @param acceptsCached the archive's file system cannot be read past the page cache
 * @param checksum registered for this copy
 * @param verificationId null, and with it what follows, when it was never verified
 * @param expected what the verification compared with
 */
record ArchiveCopy(
        long copyId,
        long locationId,
        long siteId,
        String location,
        boolean active,
        boolean acceptsCached,
        CopyState state,
        String checksum,
        Long verificationId,
        Instant verifiedAt,
        ReadMode readMode,
        boolean good,
        String expected) {}
