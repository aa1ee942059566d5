package chasqui.staging;

import chasqui.notification.Notifications;
import chasqui.pipeline.Failure;
import chasqui.pipeline.Operation;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.StageEffects;
import org.jdbi.v3.core.Handle;

/** A recall that failed for good leaves its jobs waiting: another archive may still serve them. */
public final class TapeRecallEffects implements StageEffects {
    @Override
    public OperationType type() {
        return TapeRecallManager.TAPE_RECALL;
    }

    @Override
    public void onFailure(Handle tx, Operation operation, Failure failure) {
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "failed:" + operation.queue(),
                failure.message(),
                "remove the cause, then retry operation " + operation.id() + "; the staging jobs wait meanwhile");
    }
}
