package chasqui.packaging;

import chasqui.packaging.PackagingRecords.Refused;
import chasqui.pipeline.Adopter;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.Result;
import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.PackageWriter;
import chasqui.storage.Placement;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;
import chasqui.storage.SourceFilesUnusable;
import chasqui.storage.SourceFilesUnusable.Unusable;
import chasqui.storage.Temporaries;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import chasqui.topology.Locations;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs one package straight onto its buffer, reads it back and gives it its name. Files that are not what was
 * registered are taken out, and the others packed anew.
 */
public final class PackagingWorker implements Adopter {
    private static final Logger log = LoggerFactory.getLogger(PackagingWorker.class);

    private final Jdbi database;
    private final OperationStore operations;
    private final Locations locations;
    private final PackagingSettings settings;
    private final PackagingRecords records;
    private final String node;

    public PackagingWorker(
            Jdbi database, OperationStore operations, Locations locations, PackagingSettings settings, Packer packer) {
        this.database = database;
        this.operations = operations;
        this.locations = locations;
        this.settings = settings;
        this.records = new PackagingRecords(packer);
        this.node = packer.node();
    }

    /**
     * Does one packaging operation to its end.
     *
     * @throws chasqui.storage.StorageFull no room at the buffer
     * @throws ChasquiException a root is not there, or the disk does not hold what was written to it
     */
    public void work(Lease lease) throws Exception {
        DataLocation source = locations.byId(lease.operation().dataLocationId());
        Path sourceRoot = DiskRoot.require(source);
        PackagingTask task =
                database.withHandle(db -> records.task(db, lease.operation().subjectId(), sourceRoot));
        List<Refused> refused = new ArrayList<>();
        while (!task.files().isEmpty()) {
            task = atAnActiveBuffer(lease, task, source);
            try {
                pack(lease, task);
                return;
            } catch (SourceFilesUnusable unusable) {
                log.warn("{}: {}", lease, unusable.getMessage());
                task = without(lease, task, unusable, refused);
            }
        }
        PackagingTask empty = task;
        operations.cancel(lease, tx -> PackagingRecords.cancelled(tx, empty));
    }

    private void pack(Lease lease, PackagingTask task) throws IOException {
        Path root = bufferRoot(task);
        Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token());
        try {
            Path temporary = temporaries.name("package.tar");
            lease.phase("packing", task.contentBytes(), settings.stall().whenWriting(task.contentBytes()));
            PackageDigest digest = PackageWriter.write(task.entries(), task.facts(), temporary, lease::advance);
            lease.phase("reading back", digest.sizeBytes(), settings.stall().silence());
            ReadBackResult there = ReadBack.prove(root, temporary, digest, false, lease::advance);
            RelativePath path = path(task);
            lease.phase("naming", digest.sizeBytes(), settings.stall().silence());
            Placement placement = Placement.place(root, temporary, path.under(root), digest, lease::advance);
            if (placement.outcome() != Placement.Outcome.PUBLISHED) {
                log.warn("{}: {} was there already: {}", lease, path, placement.outcome());
            }
            ReadBackResult.Mode mode = placement.readMode() == null ? there.mode() : placement.readMode();
            operations.complete(
                    lease,
                    new Packed(
                            new Packed.At(
                                    task.bufferId(),
                                    locations.byId(task.bufferId()).label(),
                                    path),
                            task.files().size(),
                            task.contentBytes(),
                            digest,
                            FileFacts.of(path.under(root)),
                            mode,
                            placement.aside(),
                            node));
        } catch (IOException | RuntimeException failure) {
            removeAfter(failure, temporaries);
            throw failure;
        }
    }

    @Override
    public OperationType type() {
        return PackagingManager.TYPE;
    }

    /** A package of other files, or for another buffer, was made of what an attempt has changed meanwhile. */
    @Override
    public Optional<Result> lookAgain(Lease lease, Result result) throws IOException {
        Packed packed = (Packed) result;
        Path sourceRoot = locations.byId(lease.operation().dataLocationId()).root();
        PackagingTask task =
                database.withHandle(db -> records.task(db, lease.operation().subjectId(), sourceRoot));
        Path root = bufferRoot(task);
        Path file = packed.at().path().under(root);
        if (task.bufferId() != packed.at().bufferId()
                || task.files().size() != packed.files()
                || task.contentBytes() != packed.contentBytes()
                || Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        lease.phase(
                "reading back", packed.digest().sizeBytes(), settings.stall().silence());
        DurableFiles.makeDurable(root, file);
        FileFacts facts = FileFacts.of(file);
        ReadBackResult there = ReadBack.read(file, false, lease::advance);
        return there.holds(packed.digest()) ? Optional.of(packed.foundAgain(facts, there.mode())) : Optional.empty();
    }

    private static void removeAfter(Exception failure, Temporaries temporaries) {
        try {
            temporaries.remove();
        } catch (IOException leftBehind) {
            failure.addSuppressed(leftBehind);
        }
    }

    private Path bufferRoot(PackagingTask task) {
        DataLocation buffer = locations.byId(task.bufferId());
        Path root = DiskRoot.require(buffer);
        if (task.bufferWasUsed() && !DiskRoot.isMounted(buffer)) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    buffer + ": " + root
                            + " is empty, although copies are registered there; mount it, work then goes on");
        }
        return root;
    }

    /**
     * A buffer that was switched off, or began to drain, since the package was recorded is left alone; but one that drains
     * and has the package already, because an attempt died before it could say so, keeps it: no row would know that file.
     */
    private PackagingTask atAnActiveBuffer(Lease lease, PackagingTask task, DataLocation source) {
        DataLocation old = locations.refresh().location(task.bufferId());
        if (old.takes() || lies(task, old)) {
            return task;
        }
        long buffer = locations.current().buffersOf(source.siteId()).stream()
                .filter(location -> location.takes() && location.storage() == StorageType.DISK)
                .findFirst()
                .orElseThrow(
                        () -> new ChasquiException(
                                FailureKind.LOCATION,
                                true,
                                "site " + source.site()
                                        + " has no active buffer on a disk that does not drain; activate one, packing then goes on"))
                .id();
        PackagingTask moved = task.withBuffer(buffer, database.withHandle(db -> PackagingRecords.wasUsed(db, buffer)));
        operations.record(lease, tx -> PackagingRecords.goesTo(tx, moved));
        return moved;
    }

    /** Never looks at one that is switched off: that is the way out of a disk that hangs. */
    private static boolean lies(PackagingTask task, DataLocation buffer) {
        return buffer.active() && Files.isRegularFile(path(task).under(buffer.root()), LinkOption.NOFOLLOW_LINKS);
    }

    private static RelativePath path(PackagingTask task) {
        return RelativePath.ofText("rdp/" + task.name() + ".tar");
    }

    /** @param all what was refused in earlier rounds; gets what is refused in this one */
    private PackagingTask without(Lease lease, PackagingTask task, SourceFilesUnusable unusable, List<Refused> all) {
        Map<RelativePath, Unusable> reasons =
                unusable.files().stream().collect(Collectors.toMap(Unusable::path, Function.identity()));
        List<Refused> now = new ArrayList<>();
        List<PackedFile> left = new ArrayList<>();
        for (PackedFile file : task.files()) {
            Unusable reason = reasons.get(file.entry().path());
            if (reason == null) {
                left.add(file);
            } else {
                now.add(new Refused(file, problem(reason)));
            }
        }
        SourceReach.require(
                locations.byId(task.sourceId()), now.stream().map(Refused::file).toList(), left);
        all.addAll(now);
        operations.record(lease, tx -> {
            PackagingRecords.refuse(tx, task, now, left);
            PackagingRecords.tell(tx, task, all);
        });
        return task.with(left);
    }

    private static String problem(Unusable file) {
        String remedy = file.reason().startsWith("vanished")
                ? "bring it back and file it again; this registration stays as its record"
                : file.reason().startsWith("unreadable")
                        ? "let the user of this program read it, then file it again"
                        : "it is not what was filed: restore it or leave it as it is now, then file it again";
        return file.reason() + "; " + remedy;
    }
}
