package chasqui.archive;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.storage.PackageDigest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** One long-term archive: bytes get in under a name that nothing has, and never out. */
interface ArchiveStore {
    /**
     * Stores a file and reads it back. Equal bytes that have the name already are adopted, other bytes are moved to the
     * archive's quarantine, or refused where it can have none; nothing is replaced.
     *
     * @param path below the archive's root or prefix; of our own making
     * @param digest what the file must hold, with SHA-256
     * @param lease told the bytes; asked before the final name is made
     * @throws chasqui.storage.IntegrityViolation the source, or what the archive holds now, is not that
     */
    Stored put(Path source, String path, PackageDigest digest, Lease lease) throws IOException;

    /**
     * Takes in what a data transfer has brought: reads it back whole, with every file inside, and gives it its final name
     * where it does not have it yet. Doing it again after a crash is harmless.
     *
     * @param incomingName of the bytes at this archive
     * @param path the final name, below the archive's root or prefix; of our own making
     * @throws Damaged they are not what was sent; they lie in quarantine, or are gone
     */
    default Stored adopt(String incomingName, String path, PackageDigest digest, Lease lease)
            throws IOException, Damaged {
        throw new ChasquiException(
                FailureKind.ITEM,
                false,
                path + ": this kind of archive takes no packages straight from a transfer; make the route CUSTOM");
    }

    /**
     * Reads once more what was stored.
     *
     * @return empty: it is not there, holds other bytes, or reading it is dearer than to ask for it to be stored again
     */
    default Optional<Stored> lookAgain(String path, PackageDigest digest, Lease lease) throws IOException {
        return Optional.empty();
    }

    /** What lies under a path; empty when nothing does. The caller closes it. */
    Optional<InputStream> open(String path, Lease lease) throws IOException;
}
