package chasqui.unpacking;

import chasqui.catalogue.Subjects;
import chasqui.notification.Notifications;
import chasqui.pipeline.Adopter;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.Result;
import chasqui.pipeline.WorkStatus;
import chasqui.storage.DurableFiles;
import chasqui.storage.PackageDigest;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.Temporaries;
import chasqui.topology.DiskRoot;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Proves one arrival and records it, or has it sent again. */
public final class UnpackingWorker implements Adopter {
    public static final OperationType TYPE = new OperationType("data_transfer_unpacking");

    private final Jdbi database;
    private final OperationStore operations;
    private final Locations locations;
    private final UnpackingSettings settings;
    private final NodeIdentity node;

    public UnpackingWorker(
            Jdbi database,
            OperationStore operations,
            Locations locations,
            UnpackingSettings settings,
            NodeIdentity node) {
        this.database = database;
        this.operations = operations;
        this.locations = locations;
        this.settings = settings;
        this.node = node;
    }

    public void work(Lease lease) throws IOException {
        long id = lease.operation().subjectId();
        Optional<Arrival> found = database.withHandle(db -> UnpackingRepository.arrival(db, id, locations));
        if (found.isEmpty()) {
            operations.cancel(
                    lease, tx -> Subjects.DATA_TRANSFER.change(tx, id, WorkStatus.IN_PROGRESS, WorkStatus.PENDING));
            return;
        }
        Arrival arrival = found.get();
        Path root = DiskRoot.require(arrival.destination());
        if (!DiskRoot.isMounted(arrival.destination())) {
            throw DiskRoot.missing(arrival.destination(), arrival.incoming(), arrival.toString());
        }
        try (Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token())) {
            Unpacking.Result result = new Unpacking(arrival, lease, settings.stall(), temporaries).run();
            operations.complete(lease, Unpacked.of(arrival, result, node.name()));
        } catch (Unpacking.Damaged damaged) {
            sendAgain(lease, arrival, damaged);
        }
    }

    @Override
    public OperationType type() {
        return TYPE;
    }

    @Override
    public Optional<Result> lookAgain(Lease lease, Result result) throws IOException {
        Unpacked unpacked = (Unpacked) result;
        Optional<Arrival> now = database.withHandle(
                db -> UnpackingRepository.arrival(db, lease.operation().subjectId(), locations));
        if (now.isEmpty() || now.get().destination().id() != unpacked.at().destinationId()) {
            return Optional.empty();
        }
        Path root = DiskRoot.require(now.get().destination());
        List<Unpacked.Placed> packages = new ArrayList<>();
        for (Unpacked.Placed one : unpacked.packages()) {
            Optional<Unpacked.Placed> there = lookAgain(lease, root, one);
            if (there.isEmpty()) {
                return Optional.empty();
            }
            packages.add(there.get());
        }
        if (unpacked.transferPackage() == null) {
            return Optional.of(unpacked.foundAgain(packages, null));
        }
        return lookAgain(lease, root, unpacked.transferPackage()).map(there -> unpacked.foundAgain(packages, there));
    }

    private Optional<Unpacked.Placed> lookAgain(Lease lease, Path root, Unpacked.Placed one) throws IOException {
        Path file = one.path().under(root);
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        PackageDigest digest = one.proven().digest();
        lease.phase("reading back", digest.sizeBytes(), settings.stall().silence());
        DurableFiles.makeDurable(root, file);
        ReadBackResult there = ReadBack.read(file, false, lease::advance);
        return there.holds(digest)
                ? Optional.of(new Unpacked.Placed(
                        one.id(),
                        one.path(),
                        Proven.at(file, digest, there.mode(), one.proven().aside())))
                : Optional.empty();
    }

    /** What arrived damaged is kept for whoever wants to know why, and sent once more; a human's retry allows one more. */
    private void sendAgain(Lease lease, Arrival arrival, Unpacking.Damaged damaged) throws IOException {
        String why = damaged.getMessage();
        lease.requireHeld();
        if (Files.exists(arrival.incoming())) {
            why += "; it lies at "
                    + DurableFiles.quarantine(arrival.destination().root(), arrival.incoming(), why);
        }
        if (arrival.sendCount() >= settings.mostSends() && lease.operation().attempt() == 0) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    arrival + ": damaged on arrival " + arrival.sendCount()
                            + " times; look at the link and at both buffers' disks, then retry: " + why,
                    damaged);
        }
        String message = arrival + ": damaged on arrival and sent again: " + why;
        operations.cancel(lease, tx -> {
            UnpackingRepository.forgetSent(tx, arrival.transferId());
            Subjects.DATA_TRANSFER.change(tx, arrival.transferId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
            Notifications.raise(
                    tx,
                    Notifications.Level.WARNING,
                    "damaged-on-arrival:" + arrival.destination(),
                    message,
                    "if it repeats, look at the link and at the disks of both buffers");
        });
    }
}
