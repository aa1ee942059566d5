package chasqui.verification;

import chasqui.catalogue.Copies;
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
        operations.complete(
                lease,
                new Verified(
                        copy,
                        read.orElse(null),
                        copies.location(copy.locationId()).label(),
                        node.name()));
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
}
