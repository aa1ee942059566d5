package chasqui.staging;

import chasqui.notification.Notifications;
import chasqui.notification.OtherBytes;
import chasqui.pipeline.Failure;
import chasqui.pipeline.Finished;
import chasqui.pipeline.Operation;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.ResultKind;
import chasqui.pipeline.StageEffects;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** A recall that failed for good leaves its jobs waiting: another archive may still serve them. */
public final class TapeRecallEffects implements StageEffects {
    @Override
    public OperationType type() {
        return TapeRecallManager.TAPE_RECALL;
    }

    /** The next attempt adopts what came back. */
    @Override
    public List<ResultKind<?>> results() {
        return List.of(new ResultKind<>(Recalled.class, TapeRecallEffects::recalled));
    }

    private static void recalled(Handle tx, Finished work, Recalled recalled) {
        TapeRecallRepository.recalled(tx, recalled.copyId());
        OtherBytes.tell(tx, recalled.archive(), recalled.file(), recalled.aside());
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
