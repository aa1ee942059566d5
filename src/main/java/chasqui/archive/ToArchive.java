package chasqui.archive;

import chasqui.storage.PackageDigest;
import chasqui.storage.RelativePath;
import chasqui.topology.DataLocation;
import java.nio.file.Path;
import java.time.Instant;

/**
 * One package on its way into one archive.
 *
 * @param name of the package, without {@code .tar}
 * @param digest what its bytes must be, with SHA-256
 * @param origin the DISK buffer that it is read from
 * @param originPath below that buffer's root; null when no readable copy is left at the site
 * @param folder where it belongs in the archive: INSTRUMENT/YYYY/MM
 * @param archiveUsed copies are registered in the archive already
 * @param provenAt when an earlier attempt has read the package on tape and found it right; null: not yet
 * @param arrival a data transfer has brought it to the archive; null: it is to be read from the origin
 */
record ToArchive(
        long transferId,
        long packageId,
        String name,
        PackageDigest digest,
        DataLocation origin,
        RelativePath originPath,
        DataLocation archive,
        String folder,
        boolean archiveUsed,
        Instant provenAt,
        Arrival arrival) {
    Path source() {
        return originPath.under(origin.root());
    }

    /** Of the package, below the archive's root or prefix. */
    String path() {
        return folder + "/" + name + ".tar";
    }

    /** Of the document that describes it. */
    String sidecarPath() {
        return folder + "/" + name + ".json";
    }

    @Override
    public String toString() {
        return name + " to " + archive;
    }
}
