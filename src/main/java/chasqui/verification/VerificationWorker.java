package chasqui.verification;

import chasqui.catalogue.Copies;
import chasqui.catalogue.Verifications;
import chasqui.notification.Notifications;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.Effect;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.NotYet;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Reads one archived copy again and records what was found. */
public final class VerificationWorker {
    public static final OperationType TYPE = new OperationType("verification");

    private final Jdbi database;
    private final OperationStore operations;
    private final ArchivedCopies copies;
    private final VerificationSettings settings;
    private final NodeIdentity node;

    public VerificationWorker(
            Jdbi database,
            OperationStore operations,
            ArchivedCopies copies,
            VerificationSettings settings,
            NodeIdentity node) {
        this.database = database;
        this.operations = operations;
        this.copies = copies;
        this.settings = settings;
        this.node = node;
    }

    public void work(Lease lease) throws IOException {
        Optional<VerificationRepository.ToVerify> found = database.withHandle(
                db -> VerificationRepository.toVerify(db, lease.operation().subjectId()));
        if (found.isEmpty()) {
            operations.cancel(lease, Effect.NONE);
            return;
        }
        VerificationRepository.ToVerify copy = found.get();
        lease.phase("reading", copy.sizeBytes(), settings.stall().silence());
        Optional<ArchivedCopies.Reading> read;
        try {
            read = copies.read(copy.locationId(), copy.path(), copy.sizeBytes(), lease);
        } catch (NotYet onItsWay) {
            operations.record(lease, tx -> Absences.forget(tx, copy.copyId()));
            throw onItsWay;
        }
        if (read.isEmpty() && copies.location(copy.locationId()).storage() == StorageType.TAPE) {
            requireBelieved(lease, copy);
        }
        operations.complete(lease, tx -> {
            Absences.forget(tx, copy.copyId());
            if (read.isPresent()) {
                judge(tx, lease, copy, read.get());
            } else {
                missing(tx, copy);
            }
        });
    }

    /**
     * A library's word that it does not have a copy puts that under suspicion, and is believed when it stays by it.
     *
     * @throws NotYet it has not said so often enough
     */
    private void requireBelieved(Lease lease, VerificationRepository.ToVerify copy) {
        Absence absence = settings.absence();
        int[] answers = new int[1];
        operations.record(lease, tx -> {
            if (lease.operation().parks() == 0) {
                Absences.forget(tx, copy.copyId()); // what was said to an operation of long ago
            }
            answers[0] = Absences.count(tx, copy.copyId(), absence.apart());
            if (answers[0] < absence.answers()) {
                Copies.change(tx, List.of(copy.copyId()), CopyState.PRESENT, CopyState.SUSPECT);
            }
        });
        if (answers[0] < absence.answers()) {
            throw new NotYet(
                    "%s says ABSENT of %s; answer %d of %d before that is believed"
                            .formatted(copies.location(copy.locationId()), copy.path(), answers[0], absence.answers()),
                    absence.pauses());
        }
    }

    private void judge(Handle tx, Lease lease, VerificationRepository.ToVerify copy, ArchivedCopies.Reading reading) {
        String expected = copy.checksum().toString();
        String actual = reading.checksumLike(copy.checksum()).toString();
        Verifications.record(tx, copy.copyId(), lease.operation().id(), reading.mode(), expected, actual, node.name());
        if (actual.equals(expected)) {
            Copies.change(tx, List.of(copy.copyId()), CopyState.SUSPECT, CopyState.PRESENT);
        } else if (copy.state() == CopyState.PRESENT) {
            Copies.change(tx, List.of(copy.copyId()), CopyState.PRESENT, CopyState.SUSPECT);
            raise(
                    tx,
                    Notifications.Level.WARNING,
                    "suspect",
                    copy,
                    "was read as " + actual + " instead of " + expected + "; it is read once more",
                    "nothing yet");
        } else {
            Copies.change(tx, List.of(copy.copyId()), CopyState.SUSPECT, CopyState.CORRUPT);
            raise(
                    tx,
                    Notifications.Level.ERROR,
                    "corrupt",
                    copy,
                    "was read as " + actual + " instead of " + expected
                            + " for the second time; it is CORRUPT and no evidence for deleting another",
                    "look at the archive's hardware, and bring the package back from another archive");
        }
    }

    private void missing(Handle tx, VerificationRepository.ToVerify copy) {
        Copies.change(tx, List.of(copy.copyId()), copy.state(), CopyState.MISSING);
        raise(
                tx,
                Notifications.Level.ERROR,
                "missing",
                copy,
                "is not there any more, although its archive is; it is MISSING and no evidence for deleting another",
                "find out who removed it, and bring the package back from another archive");
    }

    private void raise(
            Handle tx,
            Notifications.Level level,
            String cause,
            VerificationRepository.ToVerify copy,
            String what,
            String nextStep) {
        String archive = copies.location(copy.locationId()).label();
        Notifications.raise(
                tx,
                level,
                "archived-copy-" + cause + ":" + archive,
                "archived copy " + archive + ":" + copy.path() + " of " + copy.packageName() + " " + what,
                nextStep);
    }
}
