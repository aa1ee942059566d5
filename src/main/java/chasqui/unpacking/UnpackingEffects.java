package chasqui.unpacking;

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
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The transfer's status follows its unpacking. Its use of the source stays until it is COMPLETED. */
public final class UnpackingEffects implements StageEffects {
    @Override
    public OperationType type() {
        return UnpackingWorker.TYPE;
    }

    @Override
    public List<ResultKind<?>> results() {
        return List.of(new ResultKind<>(Unpacked.class, UnpackingRecords::unpacked));
    }

    @Override
    public void onClaim(Handle tx, Operation operation) {
        if (!Subjects.DATA_TRANSFER.begin(tx, operation.subjectId())) {
            throw new ChasquiException(
                    FailureKind.ITEM, false, operation + ": the transfer is finished, cancelled or in other hands");
        }
    }

    /** SCHEDULED, not PENDING: this operation will unpack it, and the manager need not look at it again. */
    @Override
    public void onPutBack(Handle tx, Operation operation) {
        Subjects.DATA_TRANSFER.change(tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
        Subjects.DATA_TRANSFER.change(tx, operation.subjectId(), WorkStatus.PENDING, WorkStatus.SCHEDULED);
    }

    @Override
    public void onFailure(Handle tx, Operation operation, Failure failure) {
        Subjects.DATA_TRANSFER.change(tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.FAILED);
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "failed:" + operation.queue(),
                failure.message(),
                "remove the cause, then retry operation " + operation.id());
    }
}
