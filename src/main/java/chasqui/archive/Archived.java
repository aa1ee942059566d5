package chasqui.archive;

import chasqui.pipeline.Result;
import chasqui.storage.PackageDigest;
import java.time.Instant;

/**
 * A package that lies in an archive with its sidecar.
 *
 * @param stored how its bytes were read back
 * @param sidecarAside where something else that had the sidecar's name lies now; null when there was nothing
 * @param provenAt when an earlier attempt has read it on tape; null: this one did
 * @param dataTransferId what brought it there; null: it came from a buffer of the site
 * @param node that stored it
 */
record Archived(
        At at,
        PackageDigest digest,
        Stored stored,
        String sidecarAside,
        Instant provenAt,
        Long dataTransferId,
        String node)
        implements Result {

    /**
     * Where it lies.
     *
     * @param archive {@code site/name}
     * @param path below the archive's root or prefix
     */
    record At(long packageId, long archiveId, String archive, String path, String sidecarPath) {}

    static Archived of(ToArchive work, Stored stored, String sidecarAside, String node) {
        return new Archived(
                new At(work.packageId(), work.archive().id(), work.archive().label(), work.path(), work.sidecarPath()),
                work.digest(),
                stored,
                sidecarAside,
                work.provenAt(),
                work.arrival() == null ? null : work.arrival().dataTransferId(),
                node);
    }

    Archived foundAgain(Stored now) {
        return new Archived(at, digest, now, sidecarAside, provenAt, dataTransferId, node);
    }
}
