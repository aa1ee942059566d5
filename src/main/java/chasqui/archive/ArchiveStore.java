package chasqui.archive;

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

    /** What lies under a path; empty when nothing does. The caller closes it. */
    Optional<InputStream> open(String path, Lease lease) throws IOException;
}
