package chasqui.staging;

import chasqui.pipeline.WorkStatus;
import java.time.Instant;
import java.util.UUID;

/**
 * One package that somebody wants at one place.
 *
 * @param packageName without {@code .tar}; also the name of the folder it is unpacked into
 * @param location {@code site/name}
 * @param waitsFor why it cannot begin yet, or null
 * @param stagedAt null until the tree is there
 * @param releasedAt null while it is needed
 */
public record StagingJob(
        UUID uuid,
        String packageName,
        String location,
        WorkStatus status,
        String waitsFor,
        String requestedBy,
        Instant requestedAt,
        Instant stagedAt,
        Instant releasedAt) {}
