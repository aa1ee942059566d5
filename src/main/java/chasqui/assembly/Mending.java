package chasqui.assembly;

import chasqui.notification.Notifications;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Finished;
import chasqui.pipeline.Lease;
import chasqui.pipeline.Operation;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.Result;
import chasqui.pipeline.StallLimit;
import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.Placement;
import chasqui.storage.Quarantine;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.Temporaries;
import chasqui.topology.DataLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a copy of a transfer package again that somebody found to be bad. If it is, it goes to quarantine, and the same
 * package is built again of the packages beside it: the same packages give the same bytes, so that every journey that was
 * recorded for it stays as it is.
 */
final class Mending {
    private static final Logger log = LoggerFactory.getLogger(Mending.class);

    private final Jdbi database;
    private final OperationStore operations;
    private final StallLimit stall;
    private final String node;

    Mending(Jdbi database, OperationStore operations, StallLimit stall, String node) {
        this.database = database;
        this.operations = operations;
        this.stall = stall;
        this.node = node;
    }

    /**
     * Does one mending to its end.
     *
     * @param root of the buffer where the copy is
     */
    void work(Lease lease, DataLocation buffer, Path root) throws IOException {
        Operation operation = lease.operation();
        Optional<MendingRecords.BadCopy> found =
                database.withHandle(db -> MendingRecords.badCopy(db, operation.subjectId(), buffer.id()));
        if (found.isEmpty()) {
            log.info("{}: its copy is good, or gone; there is nothing to mend", lease);
            operations.cancel(lease, tx -> MendingRecords.over(tx, operation.subjectId()));
            return;
        }
        MendingRecords.BadCopy copy = found.get();
        if (isGoodAfterAll(lease, copy, root)) {
            return;
        }
        AssemblyTask task = database.withHandle(db -> AssemblyRecords.task(db, operation.subjectId(), buffer.id()));
        try (Temporaries temporaries = Temporaries.begin(root, operation.id(), lease.token())) {
            Path temporary = temporaries.name("package.tar");
            TransferFile.Proven built =
                    TransferFile.trustingNothing(lease, root, stall).make(task, temporary);
            requireTheSame(copy, built);
            Path file = copy.path().under(root);
            lease.phase("naming", copy.digest().sizeBytes(), stall.silence());
            Placement placed = Placement.place(root, temporary, file, copy.digest(), lease::advance);
            FileFacts facts = FileFacts.of(file);
            ReadBackResult.Mode mode = placed.readMode() == null ? built.readMode() : placed.readMode();
            operations.complete(lease, new Mended(copy, facts, mode, node));
        } catch (Unfit unfit) {
            log.error("{}: {}", lease, unfit.getMessage());
            operations.cancel(lease, tx -> MendingRecords.unfit(tx, copy, buffer.label(), unfit));
        }
    }

    /** The second reading: completes the operation when it finds nothing wrong, else puts the bytes aside. */
    private boolean isGoodAfterAll(Lease lease, MendingRecords.BadCopy copy, Path root) throws IOException {
        Path file = copy.path().under(root);
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            operations.record(lease, tx -> MendingRecords.missing(tx, copy));
            return false;
        }
        lease.phase("reading again", copy.digest().sizeBytes(), stall.silence());
        DurableFiles.makeDurable(root, file);
        FileFacts facts = FileFacts.of(file);
        ReadBackResult there = ReadBack.read(file, false, lease::advance);
        if (there.holds(copy.digest())) {
            operations.complete(lease, new Mended(copy, facts, there.mode(), node));
            return true;
        }
        lease.requireHeld();
        Path aside = Quarantine.take(
                root, file, facts, "was " + copy.digest() + " when it was built, read twice as " + there);
        operations.record(lease, tx -> {
            MendingRecords.corrupt(tx, new Finished(lease.operation()), copy, there, node);
            Notifications.raise(
                    tx,
                    Notifications.Level.WARNING,
                    "transfer-package-rotten:" + lease.operation().dataLocationId(),
                    lease + ": " + copy.name() + " was read twice as other bytes than were written; they lie at "
                            + aside + ", and it is built again of its packages",
                    "look at this disk: it changed what it was given to keep");
        });
        return false;
    }

    /** What was mended without being recorded. */
    Optional<Result> lookAgain(Lease lease, DataLocation buffer, Path root, Mended mended) throws IOException {
        Operation operation = lease.operation();
        MendingRecords.BadCopy copy = mended.copy();
        Path file = copy.path().under(root);
        boolean asBefore = database.withHandle(db -> MendingRecords.badCopy(db, operation.subjectId(), buffer.id()))
                .filter(now -> now.id() == copy.id())
                .isPresent();
        if (!asBefore || Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        lease.phase("reading again", copy.digest().sizeBytes(), stall.silence());
        DurableFiles.makeDurable(root, file);
        FileFacts facts = FileFacts.of(file);
        ReadBackResult there = ReadBack.read(file, false, lease::advance);
        return there.holds(copy.digest()) ? Optional.of(new Mended(copy, facts, there.mode(), node)) : Optional.empty();
    }

    private static void requireTheSame(MendingRecords.BadCopy copy, TransferFile.Proven built) {
        if (!built.digest().xxHash64().equals(copy.digest().xxHash64())
                || built.digest().sizeBytes() != copy.digest().sizeBytes()) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    copy.name() + ": built again of its packages it is " + built.digest() + ", not " + copy.digest()
                            + " as before; send another copy of it, or cancel its transfers");
        }
    }
}
