package chasqui.deletion;

import chasqui.pipeline.CopyState;
import chasqui.pipeline.WorkStatus;
import chasqui.topology.LocationType;
import chasqui.topology.StorageType;
import java.time.Instant;
import java.util.List;

/**
 * Everything known about a copy that might go.
 *
 * @param asRegistered its size and checksum are those of what it is a copy of
 * @param packageCount how many packages it must hold: of a transfer package, what was registered, else 1
 * @param packages the package of the file, the package itself, or those in the transfer package; empty: unknown
 * @param uses how many intend to read it
 * @param holds how many holds lie on it, its packages or their observations
 * @param transferPackageStatus of the transfer package it is a copy of, else null
 * @param transfers of that transfer package
 * @param unfinishedTransfers those neither COMPLETED nor CANCELLED
 * @param activeJobs staging jobs that pin it or still run
 * @param lastReleasedAt when the last staging job was released, or null
 */
record VictimFacts(
        Victim victim,
        CopyState state,
        Instant createdAt,
        LocationType locationType,
        StorageType storage,
        long siteId,
        boolean asRegistered,
        int packageCount,
        List<PackageFacts> packages,
        int uses,
        int holds,
        WorkStatus transferPackageStatus,
        int transfers,
        int unfinishedTransfers,
        int activeJobs,
        Instant lastReleasedAt) {}
