package chasqui.deletion;

import chasqui.pipeline.PackageState;
import chasqui.pipeline.WorkStatus;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * A raw data package that a deletion is about.
 *
 * @param transferStatus status of its transfer package, or, where it went by itself, of its primary transfer; null: neither
 * @param bufferSites sites whose buffers hold a copy that is not DELETED, in whatever state
 * @param archiveCopies all its copies in archives that are not DELETED, in order of id
 */
record PackageFacts(
        long id,
        String name,
        PackageState state,
        Instant archivedAt,
        String xxh64,
        String sha256,
        long sourceSite,
        WorkStatus transferStatus,
        Set<Long> bufferSites,
        List<ArchiveCopy> archiveCopies) {}
