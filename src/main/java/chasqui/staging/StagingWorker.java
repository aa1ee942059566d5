package chasqui.staging;

import chasqui.catalogue.ReadMode;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.storage.DurableFiles;
import chasqui.storage.FinalNameTaken;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.PackageManifest;
import chasqui.storage.PackageReader;
import chasqui.storage.ReadableSource;
import chasqui.storage.StorageException;
import chasqui.storage.Temporaries;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches one package, unpacks it in passing, reads the files back and gives the tree its name. A copy that turns out
 * to be bad is put under suspicion and the next one is tried.
 */
public final class StagingWorker {
    private static final Logger log = LoggerFactory.getLogger(StagingWorker.class);

    private final OperationStore operations;
    private final StagingRecords records;
    private final PackageSources sources;
    private final StagingSettings settings;

    public StagingWorker(
            Jdbi database,
            OperationStore operations,
            PackageSources sources,
            NodeIdentity node,
            StagingSettings settings) {
        this.operations = operations;
        this.records = new StagingRecords(database, node.name());
        this.sources = sources;
        this.settings = settings;
    }

    /**
     * Does one staging operation to its end.
     *
     * @throws chasqui.storage.StorageFull no room at the place of processing
     * @throws ChasquiException a root is not there, or the disk does not hold what was written to it
     */
    public void work(Lease lease) throws Exception {
        StagingTask task = records.task(lease.operation().subjectId());
        if (task.withdrawn()) {
            operations.cancel(lease, tx -> StagingRecords.withdrawn(tx, task));
            return;
        }
        Path root = sources.root(task);
        for (Optional<SourceCopy> source = records.source(operations, lease, task);
                source.isPresent();
                source = records.source(operations, lease, task)) {
            try {
                ReadMode mode = bring(lease, task, root, sources.open(source.get()));
                operations.complete(lease, tx -> records.completed(tx, lease, task, mode));
                return;
            } catch (BadCopy bad) {
                SourceCopy copy = source.get();
                log.warn("{}: {}; trying another copy", lease, bad.getMessage());
                operations.record(lease, tx -> records.suspect(tx, lease, task, copy, bad));
            }
        }
        operations.cancel(lease, tx -> StagingRecords.waitForACopy(tx, task));
    }

    private ReadMode bring(Lease lease, StagingTask task, Path root, ReadableSource source)
            throws IOException, BadCopy {
        Path finalName = root.resolve(task.packageName());
        if (Files.exists(finalName, LinkOption.NOFOLLOW_LINKS)) {
            Optional<ReadMode> adopted = adopt(lease, task, root, source);
            if (adopted.isPresent()) {
                return adopted.get();
            }
        }
        try (Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token())) {
            Path tree = temporaries.name("tree");
            PackageReader.Unpacked unpacked = unpack(lease, task, source, tree);
            unpacked.skippedLinks()
                    .forEach(link -> log.warn(
                            "{}: the symbolic link {} leads out of its package and was not made", lease, link.path()));
            ReadMode mode = readBack(lease, task, tree, unpacked.manifest());
            lease.requireHeld();
            publish(tree, finalName);
            return mode;
        } catch (FinalNameTaken taken) {
            return adopt(lease, task, root, source)
                    .orElseThrow(() -> new ChasquiException(
                            FailureKind.ITEM,
                            true,
                            finalName + ": another tree appeared there while the package was unpacked; it is in "
                                    + "quarantine now, and the package will be fetched again"));
        }
    }

    /** Gives the tree its name; nothing but an empty folder can stand there and be replaced. */
    private static void publish(Path tree, Path finalName) throws IOException {
        try {
            Files.move(tree, finalName, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException refused) {
            if (Files.exists(finalName, LinkOption.NOFOLLOW_LINKS) && Files.isDirectory(tree)) {
                throw new FinalNameTaken(finalName);
            }
            throw refused;
        }
        DurableFiles.fsyncFolder(finalName.getParent());
        DurableFiles.fsyncFolder(tree.getParent());
    }

    private PackageReader.Unpacked unpack(Lease lease, StagingTask task, ReadableSource source, Path temporary)
            throws IOException, BadCopy {
        lease.phase("unpacking", task.expected().sizeBytes(), settings.stall());
        try {
            return PackageReader.unpack(source, task.expected(), temporary, lease::advance);
        } catch (IntegrityViolation | CopyUnreadable bad) {
            throw new BadCopy(bad);
        }
    }

    private ReadMode readBack(Lease lease, StagingTask task, Path tree, PackageManifest manifest) throws IOException {
        lease.phase("reading back", task.contentBytes(), settings.stall());
        try {
            return new StagedTree(tree).compare(manifest, lease::advance);
        } catch (IntegrityViolation wrong) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    true,
                    wrong.getMessage() + "; the package was right, but this disk does not hold what was written to it",
                    wrong);
        }
    }

    /** What stands under the final name stays if it is this package, and goes to quarantine if not. */
    private Optional<ReadMode> adopt(Lease lease, StagingTask task, Path root, ReadableSource source)
            throws IOException, BadCopy {
        Path there = root.resolve(task.packageName());
        PackageManifest manifest;
        lease.phase("comparing", task.expected().sizeBytes() + task.contentBytes(), settings.stall());
        try {
            manifest = PackageReader.verify(source, task.expected(), lease::advance);
        } catch (IntegrityViolation | CopyUnreadable bad) {
            throw new BadCopy(bad);
        }
        String difference = "it is no folder";
        if (Files.isDirectory(there, LinkOption.NOFOLLOW_LINKS)) {
            try {
                return Optional.of(new StagedTree(there).compare(manifest, lease::advance));
            } catch (IntegrityViolation differs) {
                difference = differs.getMessage();
            }
        }
        lease.requireHeld();
        Path aside = DurableFiles.quarantine(root, there, "in the place of a package to be staged: " + difference);
        log.warn("{}: {} was not the package ({}); it is now {}", lease, there, difference, aside);
        return Optional.empty();
    }

    /** The copy that was read is not what was registered, or not there. */
    static final class BadCopy extends Exception {
        private static final long serialVersionUID = 1L;

        BadCopy(StorageException what) {
            super(what.getMessage(), what);
        }

        String found() {
            return getCause() instanceof IntegrityViolation violation ? violation.found() : "nothing";
        }
    }
}
