package chasqui.assembly;

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

/**
 * The transfer package follows its operation, and stays COMPLETED while a copy of it is mended. Its uses stay also when it
 * failed: a human may retry.
 */
public final class AssemblyEffects implements StageEffects {
    @Override
    public OperationType type() {
        return AssemblyManager.TYPE;
    }

    @Override
    public List<ResultKind<?>> results() {
        return List.of(
                new ResultKind<>(Assembled.class, AssemblyRecords::completed),
                new ResultKind<>(Mended.class, MendingRecords::present));
    }

    @Override
    public void onClaim(Handle tx, Operation operation) {
        boolean begun = Subjects.DATA_TRANSFER_PACKAGE.begin(tx, operation.subjectId());
        if (!begun && !MendingRecords.isAssembled(tx, operation.subjectId())) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    operation + ": the transfer package is finished, cancelled or in other hands");
        }
    }

    @Override
    public void onPutBack(Handle tx, Operation operation) {
        Subjects.DATA_TRANSFER_PACKAGE.change(tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
    }

    @Override
    public void onFailure(Handle tx, Operation operation, Failure failure) {
        Subjects.DATA_TRANSFER_PACKAGE.change(tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.FAILED);
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "failed:" + operation.queue(),
                failure.message(),
                "Remove the cause, then retry operation " + operation.id() + "; its packages are still at the buffer.");
    }
}
