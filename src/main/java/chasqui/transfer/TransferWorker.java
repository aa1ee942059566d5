package chasqui.transfer;

import chasqui.catalogue.Copies;
import chasqui.catalogue.Subjects;
import chasqui.link.Link;
import chasqui.link.LinkState;
import chasqui.link.Links;
import chasqui.notification.Notifications;
import chasqui.pipeline.Adopter;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.Result;
import chasqui.pipeline.WorkStatus;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import chasqui.topology.Locations;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What comes before and after the bytes move. Which method moves them is the route's business. */
public final class TransferWorker implements Adopter {
    public static final OperationType TYPE = new OperationType("data_transfer");
    private static final Logger log = LoggerFactory.getLogger(TransferWorker.class);

    private final Jdbi database;
    private final OperationStore operations;
    private final Locations locations;
    private final TransferSettings settings;

    public TransferWorker(Jdbi database, OperationStore operations, Locations locations, TransferSettings settings) {
        this.database = database;
        this.operations = operations;
        this.locations = locations;
        this.settings = settings;
    }

    /**
     * Loads what is to be sent and looks at both ends.
     *
     * @return null when the transfer cannot go this way any more: the operation is ended, and the manager decides anew
     * @throws ChasquiException no readable copy is left, or an end is not there
     */
    public Transfer prepare(Lease lease) throws IOException {
        long id = lease.operation().subjectId();
        Optional<TransferRepository.ToSend> found = database.withHandle(db -> TransferRepository.toSend(db, id));
        if (found.isEmpty()) {
            return reconsider(lease, "its bytes were sent already", List.of());
        }
        TransferRepository.ToSend ready = found.get();
        DataLocation origin = locations.byId(ready.originLocationId());
        DataLocation destination = locations.byId(ready.destinationLocationId());
        if (!destination.active()) {
            return reconsider(lease, destination + " is switched off", List.of());
        }
        if (ready.archived() != null) {
            return archivedAlready(lease, ready, destination);
        }
        Optional<LinkState> link =
                database.withHandle(db -> Links.now(db, new Link(origin.siteId(), destination.siteId())));
        if (link.isPresent() && (link.get().isPaused() || link.get().opensAt() != null)) {
            return reconsider(lease, link.get().name() + " is " + link.get().says(), List.of());
        }
        if (ready.methodNow() != null && !ready.methodNow().equals(ready.method())) {
            return reconsider(lease, "its transfer route says method " + ready.methodNow() + " now", List.of());
        }
        String method = MethodChoice.of(
                ready.methodNow(),
                settings.method(),
                origin,
                destination,
                ready.way().pull());
        // Only what was put back, after its pause: nodes whose settings differ would hand it to each other without one.
        if (lease.operation().parks() > 0 && !method.equals(ready.method())) {
            return reconsider(lease, "its method is " + method + " now", List.of());
        }
        if (ready.copyId() == null) {
            if (ready.otherCopies()) {
                return reconsider(lease, "its copy at " + origin + " cannot be read any more", List.of());
            }
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    "data transfer " + id + ": no readable copy of " + ready.packageName()
                            + " is left anywhere; see its copies with 'chasqui trace " + ready.packageName()
                            + "', bring one back, then retry");
        }
        Transfer transfer = new Transfer(
                id,
                ready.packageName(),
                ready.digest(),
                origin,
                new RelativePath(ready.path()),
                destination,
                incomingName(lease, ready, origin, destination),
                ready.method(),
                shared(ready.way(), link));
        if (destination.storage() == StorageType.DISK && transfer.destinationIsHere()) {
            DiskRoot.requireForWriting(destination, ready.destinationUsed());
        }
        if (origin.storage() == StorageType.DISK
                && transfer.originIsHere()
                && Files.notExists(transfer.source())
                && DiskRoot.isMounted(origin)) {
            return reconsider(lease, transfer.source() + " is missing", List.of(ready.copyId()));
        }
        Optional<ReadBackResult> bad = sourceGoneBad(lease, ready, transfer);
        if (bad.isPresent()) {
            return suspect(lease, ready, transfer, bad.get());
        }
        long bytes = ready.digest().sizeBytes();
        lease.phase("sending", bytes, settings.stall().whenWriting(bytes));
        return transfer;
    }

    /** What an archive has is neither sent once more nor touched. */
    private Transfer archivedAlready(Lease lease, TransferRepository.ToSend ready, DataLocation archive) {
        if (ready.archived() != CopyState.PRESENT) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    "data transfer %d: %s has a copy of %s already, and it is %s; nothing is sent over it: see it with 'chasqui trace %3$s', have it verified or put right, then retry"
                            .formatted(ready.id(), archive, ready.packageName(), ready.archived()));
        }
        log.info("{}: {} has it already, nothing is sent", lease, archive);
        operations.complete(lease, tx -> {
            TransferRepository.there(tx, ready);
            Subjects.DATA_TRANSFER.change(tx, ready.id(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
        });
        return null;
    }

    /** Before bytes are sent once more, this side is looked at: a source that went bad is never sent right. */
    private Optional<ReadBackResult> sourceGoneBad(Lease lease, TransferRepository.ToSend ready, Transfer transfer)
            throws IOException {
        boolean again = ready.sendCount() > 0 || lease.operation().attempt() > 0;
        if (!again
                || transfer.origin().storage() != StorageType.DISK
                || !transfer.originIsHere()
                || !Files.isRegularFile(transfer.source())) {
            return Optional.empty();
        }
        lease.phase(
                "reading the source",
                ready.digest().sizeBytes(),
                settings.stall().silence());
        ReadBackResult there = ReadBack.read(transfer.source(), false, lease::advance);
        return there.holds(ready.digest()) ? Optional.empty() : Optional.of(there);
    }

    /** Nobody reads that copy any more until it was read again; the manager chooses another, or waits for this one. */
    private Transfer suspect(Lease lease, TransferRepository.ToSend ready, Transfer transfer, ReadBackResult found) {
        String what =
                transfer.source() + " must hold " + ready.digest().xxHash64() + " and was read as " + found.xxHash64();
        log.warn("{}: {}; how it shall go is decided anew", lease, what);
        operations.cancel(lease, tx -> {
            Subjects.DATA_TRANSFER.change(tx, ready.id(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
            Copies.change(tx, List.of(ready.copyId()), CopyState.PRESENT, CopyState.SUSPECT);
            Copies.change(tx, List.of(ready.copyId()), CopyState.DELETION_POSSIBLE, CopyState.SUSPECT);
            Notifications.raise(
                    tx,
                    Notifications.Level.WARNING,
                    "source-suspect:" + transfer.origin().label(),
                    transfer + ": " + what + "; it is read once more, and built again if that shows the same",
                    "nothing yet; if it repeats, look at this disk");
        });
        return null;
    }

    /** Completes the operation: the bytes are at the destination, to be proven there. */
    public void sent(Lease lease, Transfer transfer) {
        operations.complete(lease, Sent.of(transfer));
    }

    @Override
    public OperationType type() {
        return TYPE;
    }

    /** What its sender does not see is proven at its destination, and sent again from there, as after any sending. */
    @Override
    public Optional<Result> lookAgain(Lease lease, Result result) throws IOException {
        Sent sent = (Sent) result;
        boolean asBefore = database.withHandle(
                        db -> TransferRepository.toSend(db, lease.operation().subjectId()))
                .filter(now -> now.destinationLocationId() == sent.destinationId())
                .isPresent();
        DataLocation destination = locations.byId(sent.destinationId());
        if (!asBefore || !sent.seen() || destination.storage() != StorageType.DISK) {
            return asBefore ? Optional.of(sent) : Optional.empty();
        }
        DiskRoot.require(destination);
        Path incoming = DiskRoot.incoming(destination, sent.incomingName());
        if (!Files.isRegularFile(incoming)) {
            return Optional.empty();
        }
        lease.phase("reading back", sent.digest().sizeBytes(), settings.stall().silence());
        return ReadBack.read(incoming, false, lease::advance).holds(sent.digest())
                ? Optional.of(sent)
                : Optional.empty();
    }

    /**
     * Called instead of a method whose route is stopped, or is not there at all. No transfer is to blame: it may be one
     * click of an operator, and all that waits would have to be retried by hand.
     */
    public void methodNotRunning(Transfer transfer) {
        String route = "direct:transfer-" + transfer.method();
        String what =
                "no route " + route + " is running here, which transfer method \"" + transfer.method() + "\" needs";
        database.useTransaction(tx -> Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "transfer-method:" + transfer.method(),
                transfer + ": " + what + "; what wants it is tried again by itself",
                "start or resume the route that begins with " + route
                        + " (Hawtio shows it); where there is none, add one, or correct the method of the transfer route"
                        + " or chasqui.transfer.method"));
        throw new ChasquiException(FailureKind.PLATFORM, true, transfer + ": " + what + "; start or add it");
    }

    /** What the link is limited to is shared by all that it carries at once. */
    private Way shared(Way way, Optional<LinkState> link) {
        Long share = link.map(state -> state.share(settings.links())).orElse(null);
        return new Way(way.routeId(), way.pull(), share, way.options());
    }

    /**
     * What is out of this worker's sight gets a name of its own in every attempt: a program that was killed here may go on
     * writing over there. Where nothing can be renamed it is the final one, made whole or not at all.
     */
    private static String incomingName(
            Lease lease, TransferRepository.ToSend ready, DataLocation origin, DataLocation destination) {
        if (destination.storage() != StorageType.DISK) {
            return ready.archivedAs();
        }
        boolean here = ready.way().pull() || origin.sees(destination);
        String name = ready.packageName() + "-" + ready.id() + "-" + (ready.sendCount() + 1);
        return here ? name : name + "-t" + lease.token().toString().substring(0, 8);
    }

    private Transfer reconsider(Lease lease, String why, List<Long> missingCopies) {
        log.info("{}: {}; how it shall go is decided anew", lease, why);
        operations.cancel(lease, tx -> {
            Subjects.DATA_TRANSFER.change(
                    tx, lease.operation().subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
            int lost = Copies.change(tx, missingCopies, CopyState.PRESENT, CopyState.MISSING)
                    + Copies.change(tx, missingCopies, CopyState.DELETION_POSSIBLE, CopyState.MISSING);
            if (lost > 0) {
                Notifications.raise(
                        tx,
                        Notifications.Level.ERROR,
                        "copy-missing:" + lease.operation().dataLocationId(),
                        lease + ": " + why + ", although it is registered; another copy is sent if there is one",
                        "find out who removed it");
            }
        });
        return null;
    }
}
