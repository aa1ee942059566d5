package chasqui.assembly;

import chasqui.pipeline.Adopter;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.Result;
import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.Placement;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;
import chasqui.storage.Temporaries;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds one transfer package at its buffer and records the transfers it is made for. */
public final class AssemblyWorker implements Adopter {
    private static final Logger log = LoggerFactory.getLogger(AssemblyWorker.class);

    private final Jdbi database;
    private final OperationStore operations;
    private final Locations locations;
    private final AssemblySettings settings;
    private final String node;
    private final Mending mending;

    public AssemblyWorker(
            Jdbi database,
            OperationStore operations,
            Locations locations,
            AssemblySettings settings,
            NodeIdentity node) {
        this.database = database;
        this.operations = operations;
        this.locations = locations;
        this.settings = settings;
        this.node = node.name();
        this.mending = new Mending(database, operations, settings.stall(), node.name());
    }

    /**
     * Does one assembly operation to its end.
     *
     * @throws chasqui.storage.StorageFull no room at the buffer
     * @throws ChasquiException the buffer is not there, no archive site can be reached, or the disk does not hold what was
     *     written to it
     */
    public void work(Lease lease) throws Exception {
        long id = lease.operation().subjectId();
        if (database.withHandle(db -> MendingRecords.isAssembled(db, id))) {
            DataLocation buffer = locations.byId(lease.operation().dataLocationId());
            mending.work(lease, buffer, root(buffer));
            return;
        }
        AssemblyTask task = database.withHandle(db -> AssemblyRecords.task(db, id));
        Path root = root(locations.byId(task.bufferId()));
        while (!task.travellers().isEmpty()) {
            try {
                assemble(lease, task, root);
                return;
            } catch (Unfit unfit) {
                log.error("{}: {}", lease, unfit.getMessage());
                AssemblyTask before = task;
                List<Traveller> left = before.travellers().stream()
                        .filter(one -> unfit.packages().stream()
                                .noneMatch(other -> other.traveller().equals(one)))
                        .toList();
                operations.record(lease, tx -> AssemblyRecords.leaveBehind(tx, before, unfit, left));
                task = before.with(left);
            }
        }
        AssemblyTask empty = task;
        operations.cancel(lease, tx -> AssemblyRecords.cancelled(tx, empty));
    }

    /** Packages lie here, so that a root without traces of work is a mount point without its disk. */
    private static Path root(DataLocation buffer) {
        Path root = DiskRoot.require(buffer);
        if (!DiskRoot.isMounted(buffer)) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    buffer + ": " + root
                            + " is empty, although packages are registered there; mount it, work then goes on");
        }
        return root;
    }

    private void assemble(Lease lease, AssemblyTask task, Path root) throws IOException, Unfit {
        Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token());
        try {
            Path temporary = temporaries.name("package.tar");
            TransferFile.Proven proven = new TransferFile(lease, root, settings.stall()).make(task, temporary);
            RelativePath path = RelativePath.ofText("dtp/" + task.name() + ".tar");
            lease.phase("naming", proven.digest().sizeBytes(), settings.stall().silence());
            Placement placement = Placement.place(root, temporary, path.under(root), proven.digest(), lease::advance);
            if (placement.outcome() != Placement.Outcome.PUBLISHED) {
                log.warn("{}: {} was there already: {}", lease, path, placement.outcome());
            }
            ReadBackResult.Mode mode = placement.readMode() == null ? proven.readMode() : placement.readMode();
            operations.complete(
                    lease,
                    new Assembled(
                            new Assembled.At(
                                    task.siteId(),
                                    task.bufferId(),
                                    locations.byId(task.bufferId()).label(),
                                    path),
                            proven.digest(),
                            FileFacts.of(path.under(root)),
                            mode,
                            placement.aside(),
                            ids(task),
                            node));
        } catch (IOException | Unfit | RuntimeException failure) {
            removeAfter(failure, temporaries);
            throw failure;
        }
    }

    private static void removeAfter(Exception failure, Temporaries temporaries) {
        try {
            temporaries.remove();
        } catch (IOException leftBehind) {
            failure.addSuppressed(leftBehind);
        }
    }

    @Override
    public OperationType type() {
        return AssemblyManager.TYPE;
    }

    /** A package of others, or at another buffer, was made of what an attempt has changed meanwhile. */
    @Override
    public Optional<Result> lookAgain(Lease lease, Result result) throws IOException {
        long id = lease.operation().subjectId();
        DataLocation buffer = locations.byId(lease.operation().dataLocationId());
        Path root = root(buffer);
        if (result instanceof Mended mended) {
            return mending.lookAgain(lease, buffer, root, mended);
        }
        Assembled assembled = (Assembled) result;
        AssemblyTask task = database.withHandle(db -> AssemblyRecords.task(db, id));
        Path file = assembled.at().path().under(root);
        if (task.bufferId() != assembled.at().bufferId()
                || !ids(task).equals(assembled.packages())
                || Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        lease.phase(
                "reading back", assembled.digest().sizeBytes(), settings.stall().silence());
        DurableFiles.makeDurable(root, file);
        FileFacts facts = FileFacts.of(file);
        ReadBackResult there = ReadBack.read(file, false, lease::advance);
        return there.holds(assembled.digest())
                ? Optional.of(assembled.foundAgain(facts, there.mode()))
                : Optional.empty();
    }

    private static List<Long> ids(AssemblyTask task) {
        return task.travellers().stream().map(Traveller::packageId).toList();
    }
}
