package chasqui.deletion;

import chasqui.catalogue.Copies;
import chasqui.catalogue.Subjects;
import chasqui.deletion.DeletionRepository.Open;
import chasqui.notification.Notifications;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.Failure;
import chasqui.pipeline.Operation;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.StageEffects;
import chasqui.pipeline.WorkStatus;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * The batch follows its operation. Claiming it makes every proof again, in the claiming transaction; a copy whose proof
 * no longer holds goes back to where it came from.
 */
public final class DeletionEffects implements StageEffects {
    private final Proofs proofs;

    public DeletionEffects(DeletionSettings settings) {
        this.proofs = new Proofs(settings);
    }

    @Override
    public OperationType type() {
        return DeletionManager.DELETION;
    }

    /** A claim makes hundreds of proofs, and locks what they name. */
    @Override
    public boolean claimsTogether() {
        return false;
    }

    @Override
    public void onClaim(Handle tx, Operation operation) {
        long batch = operation.subjectId();
        Subjects.DELETION_BATCH.change(tx, batch, WorkStatus.PENDING, WorkStatus.IN_PROGRESS);
        List<Long> ids =
                DeletionRepository.open(tx, batch).stream().map(Open::copyId).toList();
        List<Decision> decisions = proofs.make(tx, ids, true);
        // Read again under the locks that the proofs took.
        Map<Long, Open> open = DeletionRepository.open(tx, batch).stream()
                .collect(Collectors.toMap(Open::copyId, Function.identity()));
        Map<Boolean, List<Decision>> refused = decisions.stream()
                .filter(decision -> !decision.mayGo())
                .collect(Collectors.partitioningBy(
                        no -> open.get(no.copyId()).state() == CopyState.DELETION_IN_PROGRESS));
        DeletionRepository.giveBack(
                tx, refused.get(false).stream().map(no -> open.get(no.copyId())).toList());
        DeletionRepository.refuse(tx, batch, refused.get(false));
        DeletionRepository.onlyLook(tx, batch, refused.get(true));
        List<DeletionProof> holding =
                decisions.stream().filter(Decision::mayGo).map(Decision::proof).toList();
        DeletionRepository.renewEvidence(tx, batch, holding);
        Copies.change(
                tx,
                holding.stream().map(proof -> proof.victim().copyId()).toList(),
                CopyState.DELETION_SCHEDULED,
                CopyState.DELETION_IN_PROGRESS);
    }

    @Override
    public void onPutBack(Handle tx, Operation operation) {
        Subjects.DELETION_BATCH.change(tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
    }

    @Override
    public void onFailure(Handle tx, Operation operation, Failure failure) {
        long batch = operation.subjectId();
        Subjects.DELETION_BATCH.change(tx, batch, WorkStatus.PENDING, WorkStatus.IN_PROGRESS);
        Subjects.DELETION_BATCH.change(tx, batch, WorkStatus.IN_PROGRESS, WorkStatus.FAILED);
        List<Open> open = DeletionRepository.open(tx, batch);
        DeletionRepository.giveBack(tx, open);
        List<Long> begun = open.stream()
                .filter(copy -> copy.state() == CopyState.DELETION_IN_PROGRESS)
                .map(Open::copyId)
                .toList();
        Copies.change(tx, begun, CopyState.DELETION_IN_PROGRESS, CopyState.DELETION_FAILED);
        DeletionRepository.settle(
                tx,
                batch,
                open.stream()
                        .map(copy -> new Outcome(copy.copyId(), Outcome.What.FAILED, failure.message()))
                        .toList());
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "deletion-failed:" + operation.queue(),
                operation + " failed for good: " + failure.message() + "; " + begun.size()
                        + " copies are DELETION_FAILED, nothing more is deleted of this batch",
                "Remove the cause and look at the copies with chasqui trace; what is left stays where it is.");
    }
}
