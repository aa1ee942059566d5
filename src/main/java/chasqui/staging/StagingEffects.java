package chasqui.staging;

import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
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

/** The job follows its operation; its use of the copy it reads ends only with the job. */
public final class StagingEffects implements StageEffects {
    @Override
    public OperationType type() {
        return StagingManager.STAGING;
    }

    /** Nobody looks again at a tree whose staging could not be recorded in its time: the next attempt compares and adopts it. */
    @Override
    public List<ResultKind<?>> results() {
        return List.of(new ResultKind<>(Staged.class, StagingRecords::completed));
    }

    @Override
    public void onClaim(Handle tx, Operation operation) {
        if (!Subjects.STAGING_JOB.begin(tx, operation.subjectId())) {
            throw new ChasquiException(
                    FailureKind.ITEM, false, operation + ": the staging job is finished, cancelled or in other hands");
        }
    }

    @Override
    public void onPutBack(Handle tx, Operation operation) {
        Subjects.STAGING_JOB.change(tx, operation.subjectId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
    }

    @Override
    public void onFailure(Handle tx, Operation operation, Failure failure) {
        long job = operation.subjectId();
        // Refused at its claim, it has not begun yet.
        if (!Subjects.STAGING_JOB.change(tx, job, WorkStatus.SCHEDULED, WorkStatus.IN_PROGRESS)) {
            Subjects.STAGING_JOB.change(tx, job, WorkStatus.PENDING, WorkStatus.IN_PROGRESS);
        }
        if (Subjects.STAGING_JOB.change(tx, job, WorkStatus.IN_PROGRESS, WorkStatus.FAILED)) {
            Uses.release(tx, UseBy.STAGING_JOB, List.of(job));
        }
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "staging-failed:" + operation.subjectId(),
                "staging job " + operation.subjectId() + " failed for good: " + failure.message(),
                "Remove the cause, then ask for the package again with chasqui stage; the archive is untouched.");
    }
}
