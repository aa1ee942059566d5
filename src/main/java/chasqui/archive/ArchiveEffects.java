package chasqui.archive;

import chasqui.catalogue.Subjects;
import chasqui.notification.Notifications;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Operation;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.ResultKind;
import chasqui.pipeline.StageEffects;
import chasqui.pipeline.WorkStatus;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The status of the way into the archive, and of the data transfer that ends there. Its use of the source stays until it is COMPLETED. */
public final class ArchiveEffects implements StageEffects {
    /** Tapes are written when enough has come together for them, but no later than the next day. */
    private static final Duration LONG_WAIT = Duration.ofDays(1);

    @Override
    public OperationType type() {
        return ArchiveWorker.TYPE;
    }

    @Override
    public List<ResultKind<?>> results() {
        return List.of(new ResultKind<>(Archived.class, ArchiveRecords::archived));
    }

    @Override
    public void onClaim(Handle tx, Operation operation) {
        boolean ours = Subjects.LONG_TERM_ARCHIVE_TRANSFER.begin(tx, operation.subjectId())
                && Arrivals.dataTransfer(tx, operation.subjectId())
                        .map(transfer -> Subjects.DATA_TRANSFER.begin(tx, transfer))
                        .orElse(true);
        if (!ours) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    operation + ": the way into the archive is finished, cancelled or in other hands");
        }
    }

    @Override
    public void onPutBack(Handle tx, Operation operation) {
        Subjects.LONG_TERM_ARCHIVE_TRANSFER.change(
                tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
        // SCHEDULED, not PENDING: this operation will prove it, and the manager need not look at it again.
        Arrivals.dataTransfer(tx, operation.subjectId()).ifPresent(transfer -> {
            Subjects.DATA_TRANSFER.change(tx, transfer, WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
            Subjects.DATA_TRANSFER.change(tx, transfer, WorkStatus.PENDING, WorkStatus.SCHEDULED);
        });
    }

    @Override
    public void onWait(Handle tx, Operation operation, String reason, Duration waited) {
        onPutBack(tx, operation);
        if (waited.compareTo(LONG_WAIT) > 0) {
            Notifications.raise(
                    tx,
                    Notifications.Level.WARNING,
                    "waits:" + operation.queue(),
                    "%s: %s for %d h; it goes on waiting".formatted(operation, reason, waited.toHours()),
                    "ask the people of the tape library; its source stays protected meanwhile");
        }
    }

    @Override
    public void onFailure(Handle tx, Operation operation, Failure failure) {
        Subjects.LONG_TERM_ARCHIVE_TRANSFER.change(
                tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.FAILED);
        ArchiveRepository.doubted(tx, operation.subjectId());
        Arrivals.dataTransfer(tx, operation.subjectId())
                .ifPresent(transfer ->
                        Subjects.DATA_TRANSFER.change(tx, transfer, WorkStatus.IN_PROGRESS, WorkStatus.FAILED));
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "failed:" + operation.queue(),
                failure.message(),
                "remove the cause, then retry operation " + operation.id());
    }
}
