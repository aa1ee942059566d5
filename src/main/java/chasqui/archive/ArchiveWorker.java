package chasqui.archive;

import chasqui.catalogue.ReadMode;
import chasqui.notification.Notifications;
import chasqui.pipeline.Adopter;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.NotYet;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.Result;
import chasqui.topology.DiskRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Stores one package in one archive: the bytes, then the sidecar, then the rows that say so. */
public final class ArchiveWorker implements Adopter {
    public static final OperationType TYPE = new OperationType("long_term_archive_transfer");

    private final Jdbi database;
    private final OperationStore operations;
    private final Archives archives;
    private final Sidecars sidecars;
    private final NodeIdentity node;

    public ArchiveWorker(
            Jdbi database, OperationStore operations, Archives archives, Sidecars sidecars, NodeIdentity node) {
        this.database = database;
        this.operations = operations;
        this.archives = archives;
        this.sidecars = sidecars;
        this.node = node;
    }

    public void work(Lease lease) throws IOException {
        ToArchive work = toArchive(lease);
        ArchiveStore archive = archives.at(work.archive(), work.archiveUsed());
        Stored stored;
        try {
            stored = store(work, archive, lease);
        } catch (Damaged damaged) {
            sendAgain(lease, work, damaged);
            return;
        }
        String besideIt;
        try {
            besideIt = sidecars.ensure(work, archive, stored, lease);
        } catch (NotYet late) {
            if (work.provenAt() == null) {
                operations.record(lease, tx -> ArchiveRepository.proven(tx, work.transferId()));
            }
            throw late;
        }
        // What the history shows as done is the package, not the sidecar.
        lease.phase("recording", work.digest().sizeBytes(), archives.stall().silence());
        lease.advance(work.digest().sizeBytes());
        operations.complete(lease, Archived.of(work, stored, besideIt, node.name()));
    }

    private static Stored store(ToArchive work, ArchiveStore archive, Lease lease) throws IOException, Damaged {
        if (work.provenAt() != null) {
            // A package that was read on tape and was right is not read again because its sidecar is late.
            return new Stored(null, ReadMode.REMOTE, null);
        }
        if (work.arrival() != null) {
            DiskRoot.require(work.origin());
            return archive.adopt(work.arrival().incomingName(), work.path(), work.digest(), lease);
        }
        requireSource(work);
        return archive.put(work.source(), work.path(), work.digest(), lease);
    }

    /** What arrived damaged is kept for whoever wants to know why, and sent once more; a human's retry allows one more. */
    private void sendAgain(Lease lease, ToArchive work, Damaged damaged) {
        int sends = work.arrival().sendCount();
        if (sends >= archives.mostSends() && lease.operation().attempt() == 0) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    work + ": damaged on arrival " + sends
                            + " times; look at the link and at the storage at both ends, then retry: "
                            + damaged.getMessage(),
                    damaged);
        }
        operations.cancel(lease, tx -> {
            Arrivals.forgetSent(tx, work);
            Notifications.raise(
                    tx,
                    Notifications.Level.WARNING,
                    "damaged-on-arrival:" + work.archive(),
                    work + ": damaged on arrival and sent again: " + damaged.getMessage(),
                    "if it repeats, look at the link and at the storage at both ends");
        });
    }

    private static void requireSource(ToArchive work) {
        if (work.originPath() == null) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    work + ": no readable copy is left at a buffer of "
                            + work.archive().site() + "; see its copies with 'chasqui trace " + work.name()
                            + "', bring one back, then retry");
        }
        DiskRoot.require(work.origin());
        if (!Files.isRegularFile(work.source())) {
            throw DiskRoot.missing(work.origin(), work.source(), work.toString());
        }
    }

    @Override
    public OperationType type() {
        return TYPE;
    }

    /** Without its sidecar, or on tape, it is stored once more: what lies there already is adopted by that. */
    @Override
    public Optional<Result> lookAgain(Lease lease, Result result) throws IOException {
        Archived archived = (Archived) result;
        ToArchive work = toArchive(lease);
        if (work.archive().id() != archived.at().archiveId()
                || !work.path().equals(archived.at().path())) {
            return Optional.empty();
        }
        ArchiveStore archive = archives.at(work.archive(), work.archiveUsed());
        Optional<Stored> there = archive.lookAgain(work.path(), work.digest(), lease);
        return there.isPresent() && sidecars.isThere(work, archive, lease)
                ? Optional.of(
                        archived.foundAgain(there.get().aside(archived.stored().aside())))
                : Optional.empty();
    }

    private ToArchive toArchive(Lease lease) {
        return database.withHandle(
                db -> ArchiveRepository.toArchive(db, lease.operation().subjectId(), archives::location));
    }
}
