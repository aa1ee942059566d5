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
import chasqui.storage.ReadBack;
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
    private final NodeIdentity node;

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
        this.node = node;
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
                Brought brought = bring(lease, task, root, sources.open(source.get()));
                operations.complete(
                        lease, new Staged(task, brought.mode(), brought.aside(), sources.label(task), node.name()));
                return;
            } catch (BadCopy bad) {
                SourceCopy copy = source.get();
                log.warn("{}: {}; trying another copy", lease, bad.getMessage());
                operations.record(lease, tx -> {
                    records.suspect(tx, lease, task, copy, bad);
                    TapeRecallRepository.spoiled(tx, copy.id());
                });
            } catch (RecallGone gone) {
                long copy = source.get().id();
                log.warn("{}: {}", lease, gone.getMessage());
                operations.record(lease, tx -> TapeRecallRepository.forget(tx, copy));
            }
        }
        operations.cancel(lease, tx -> StagingRecords.waitForACopy(tx, task));
    }

    /**
     * A tree under its final name.
     *
     * @param mode how it was read back; null: what stood there was not the package
     * @param aside where something else that had the name lies now; null when there was nothing
     */
    private record Brought(ReadMode mode, String aside) {}

    private Brought bring(Lease lease, StagingTask task, Path root, ReadableSource source) throws IOException, BadCopy {
        Path finalName = root.resolve(task.packageName());
        Brought there = new Brought(null, null);
        if (Files.exists(finalName, LinkOption.NOFOLLOW_LINKS)) {
            there = adopt(lease, task, root, source);
            if (there.mode() != null) {
                return there;
            }
        }
        try (Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token())) {
            Path tree = temporaries.name("tree");
            PackageReader.Unpacked unpacked = unpack(lease, task, source, tree);
            unpacked.skippedLinks()
                    .forEach(link -> log.warn(
                            "{}: the symbolic link {} leads out of its package and was not made", lease, link.path()));
            ReadMode mode = readBack(lease, task, root, tree, unpacked.manifest());
            lease.requireHeld();
            publish(tree, finalName);
            return new Brought(mode, there.aside());
        } catch (FinalNameTaken taken) {
            Brought meanwhile = adopt(lease, task, root, source);
            if (meanwhile.mode() == null) {
                throw new ChasquiException(
                        FailureKind.ITEM,
                        true,
                        finalName + ": another tree appeared there while the package was unpacked; it lies at "
                                + meanwhile.aside() + " now, and the package will be fetched again",
                        taken);
            }
            return meanwhile;
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

    /** The package was right when it was unpacked: what differs now, this disk did not keep. */
    private ReadMode readBack(Lease lease, StagingTask task, Path root, Path tree, PackageManifest manifest)
            throws IOException {
        lease.phase("reading back", task.contentBytes(), settings.stall());
        try {
            return new StagedTree(tree).compare(manifest, lease::advance);
        } catch (IntegrityViolation wrong) {
            throw ReadBack.condemned(root, tree, wrong);
        }
    }

    /** What stands under the final name stays if it is this package, and goes to quarantine if not. */
    private Brought adopt(Lease lease, StagingTask task, Path root, ReadableSource source) throws IOException, BadCopy {
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
                DurableFiles.makeTreeDurable(root, there, lease::advance);
                return new Brought(new StagedTree(there).compare(manifest, lease::advance), null);
            } catch (IntegrityViolation differs) {
                difference = differs.getMessage();
            }
        }
        lease.requireHeld();
        Path aside = DurableFiles.quarantine(root, there, "in the place of a package to be staged: " + difference);
        log.warn("{}: {} was not the package ({}); it is now {}", lease, there, difference, aside);
        return new Brought(null, aside.toString());
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
