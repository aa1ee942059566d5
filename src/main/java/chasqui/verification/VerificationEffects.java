package chasqui.verification;

import chasqui.notification.Notifications;
import chasqui.pipeline.Failure;
import chasqui.pipeline.Operation;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.ResultKind;
import chasqui.pipeline.StageEffects;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** A copy that could not be read keeps its state; only a reading changes it. */
public final class VerificationEffects implements StageEffects {
    @Override
    public OperationType type() {
        return VerificationWorker.TYPE;
    }

    /** Nobody looks again at a reading that could not be recorded in its time: the copy is read again. */
    @Override
    public List<ResultKind<?>> results() {
        return List.of(new ResultKind<>(Verified.class, Judgement::of));
    }

    @Override
    public void onFailure(Handle tx, Operation operation, Failure failure) {
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "failed:" + operation.queue(),
                failure.message(),
                "remove the cause, then retry operation " + operation.id()
                        + "; until then this copy is no evidence for deleting another");
    }
}
