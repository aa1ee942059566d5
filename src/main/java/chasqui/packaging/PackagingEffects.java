package chasqui.packaging;

import chasqui.catalogue.Subjects;
import chasqui.notification.Notifications;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Operation;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.PackageState;
import chasqui.pipeline.ResultKind;
import chasqui.pipeline.StageEffects;
import chasqui.pipeline.WorkStatus;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The package follows its operation. Its files stay in it also when it failed: a human may retry. */
public final class PackagingEffects implements StageEffects {
    @Override
    public OperationType type() {
        return PackagingManager.TYPE;
    }

    @Override
    public List<ResultKind<?>> results() {
        return List.of(new ResultKind<>(Packed.class, PackagingRecords::completed));
    }

    @Override
    public void onClaim(Handle tx, Operation operation) {
        if (!Subjects.RAW_DATA_PACKAGE.begin(tx, operation.subjectId())) {
            throw new ChasquiException(
                    FailureKind.ITEM, false, operation + ": the package is finished, cancelled or in other hands");
        }
        Subjects.changeState(tx, List.of(operation.subjectId()), PackageState.FAILED, PackageState.WAITING);
    }

    @Override
    public void onPutBack(Handle tx, Operation operation) {
        Subjects.RAW_DATA_PACKAGE.change(tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
    }

    @Override
    public void onFailure(Handle tx, Operation operation, Failure failure) {
        long id = operation.subjectId();
        if (Subjects.RAW_DATA_PACKAGE.change(tx, id, WorkStatus.IN_PROGRESS, WorkStatus.FAILED)) {
            Subjects.changeState(tx, List.of(id), PackageState.WAITING, PackageState.FAILED);
        }
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "failed:" + operation.queue(),
                failure.message(),
                "Remove the cause, then retry operation " + operation.id() + "; its files are still at the source.");
    }
}
