package chasqui.archive;

import chasqui.pipeline.DatabaseWait;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.storage.DurableFiles;
import chasqui.storage.PackageDigest;
import chasqui.storage.Temporaries;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Puts the sidecar beside a package that is in the archive. */
public final class Sidecars {
    private static final int FILES_PER_PAGE = 2_000;

    private final Jdbi database;
    private final ArchiveSettings settings;
    private final NodeIdentity node;

    public Sidecars(Jdbi database, ArchiveSettings settings, NodeIdentity node) {
        this.database = database;
        this.settings = settings;
        this.node = node;
    }

    /**
     * Makes sure that an undamaged sidecar lies beside the package: one that an earlier attempt wrote stays, something
     * else with that name goes to quarantine. The document is made in a file of the origin buffer first.
     *
     * @param stored how the package's bytes were read back just now
     * @return where something else that had its name lies now; null when there was nothing
     */
    String ensure(ToArchive work, ArchiveStore archive, Stored stored, Lease lease) throws IOException {
        // Begun in any case: a dead attempt may have put the sidecar into place and left its document behind.
        try (Temporaries temporaries =
                Temporaries.begin(work.origin().root(), lease.operation().id(), lease.token())) {
            if (isThere(work, archive, lease)) {
                return null;
            }
            Path document = temporaries.name("sidecar");
            SidecarFacts facts = DatabaseWait.until(
                    lease,
                    () -> database.withHandle(
                            db -> SidecarRepository.facts(db, work, stored, settings.version(), node.name())));
            ArchiveSidecar.Files files = last -> {
                lease.advance(0);
                return DatabaseWait.until(
                        lease,
                        () -> database.withHandle(
                                db -> SidecarRepository.filesAfter(db, work.packageId(), last, FILES_PER_PAGE)));
            };
            PackageDigest digest = DurableFiles.write(out -> ArchiveSidecar.write(facts, files, out), document);
            return archive.put(document, work.sidecarPath(), digest, lease).aside();
        }
    }

    /** Whether an undamaged sidecar of this package lies beside it. */
    boolean isThere(ToArchive work, ArchiveStore archive, Lease lease) throws IOException {
        Optional<InputStream> there = archive.open(work.sidecarPath(), lease);
        return there.isPresent()
                && SidecarCheck.describes(
                        there.get(), work.name(), work.digest().sha256());
    }
}
