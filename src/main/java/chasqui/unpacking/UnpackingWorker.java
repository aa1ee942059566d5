package chasqui.unpacking;

import chasqui.catalogue.Copies;
import chasqui.catalogue.CopyOf;
import chasqui.catalogue.NewCopy;
import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.catalogue.Verifications;
import chasqui.notification.Notifications;
import chasqui.notification.OtherBytes;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.WorkStatus;
import chasqui.storage.DurableFiles;
import chasqui.storage.Temporaries;
import chasqui.topology.DiskRoot;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Proves one arrival and records it, or has it sent again. */
public final class UnpackingWorker {
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
            operations.complete(lease, tx -> record(tx, lease, arrival, result));
        } catch (Unpacking.Damaged damaged) {
            sendAgain(lease, arrival, damaged);
        }
    }

    private void record(Handle tx, Lease lease, Arrival arrival, Unpacking.Result result) {
        if (arrival.relayed()) {
            sendOn(tx, arrival, addTransferPackage(tx, lease, arrival, result.transferPackage()));
            return;
        }
        Long sendOnFrom = null;
        for (Arrival.ArrivedPackage one : arrival.packages()) {
            Proven proven = result.packages().get(one.id());
            long copy = addCopy(tx, lease, arrival, CopyOf.RAW_DATA_PACKAGE, one.id(), one.path(), proven);
            sendOnFrom = arrival.transferPackageId() == null ? copy : null;
        }
        if (result.transferPackage() != null) {
            sendOnFrom = addTransferPackage(tx, lease, arrival, result.transferPackage());
        }
        if (sendOnFrom != null) {
            long copy = sendOnFrom;
            Uses.move(
                    tx,
                    UseBy.DATA_TRANSFER,
                    UnpackingRepository.letSecondariesGo(tx, arrival).stream()
                            .map(id -> new Uses.Intent(id, copy))
                            .toList());
        }
        Subjects.DATA_TRANSFER.change(tx, arrival.transferId(), WorkStatus.IN_PROGRESS, WorkStatus.COMPLETED);
        UnpackingRepository.completed(tx, arrival.transferId());
        Uses.release(tx, UseBy.DATA_TRANSFER, List.of(arrival.transferId()));
    }

    /** From here on the transfer reads the relay's copy, and stage 3 finds it as it found it at its origin. */
    private static void sendOn(Handle tx, Arrival arrival, long copy) {
        Uses.move(tx, UseBy.DATA_TRANSFER, List.of(new Uses.Intent(arrival.transferId(), copy)));
        UnpackingRepository.hopped(tx, arrival);
        Subjects.DATA_TRANSFER.change(tx, arrival.transferId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
    }

    private long addTransferPackage(Handle tx, Lease lease, Arrival arrival, Proven proven) {
        return addCopy(
                tx, lease, arrival, CopyOf.DATA_TRANSFER_PACKAGE, arrival.transferPackageId(), arrival.path(), proven);
    }

    private long addCopy(
            Handle tx, Lease lease, Arrival arrival, CopyOf of, long subjectId, String path, Proven proven) {
        String checksum = proven.digest().xxHash64().toString();
        long copy = Copies.addOrRenew(
                tx,
                new NewCopy(
                        of,
                        subjectId,
                        arrival.destination().id(),
                        path,
                        CopyState.PRESENT,
                        proven.facts().sizeBytes(),
                        checksum,
                        proven.facts().modified(),
                        proven.facts().fileKey(),
                        true));
        Verifications.record(tx, copy, lease.operation().id(), proven.mode(), checksum, checksum, node.name());
        OtherBytes.tell(tx, arrival.destination().label(), path, proven.aside());
        return copy;
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
