package chasqui.staging;

import chasqui.catalogue.Copies;
import chasqui.catalogue.CopyOf;
import chasqui.catalogue.NewCopy;
import chasqui.catalogue.ReadMode;
import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.catalogue.Verifications;
import chasqui.notification.Notifications;
import chasqui.notification.OtherBytes;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Finished;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.WorkStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What a staging worker writes down, each step in one transaction. */
final class StagingRecords {
    private final Jdbi database;
    private final String node;

    StagingRecords(Jdbi database, String node) {
        this.database = database;
        this.node = node;
    }

    StagingTask task(long job) {
        return database.withHandle(db -> StagingRepository.task(db, job));
    }

    /** The copy to read: the one protected for this job, or the nearest other one, protected from now on. */
    Optional<SourceCopy> source(OperationStore operations, Lease lease, StagingTask task) {
        Optional<SourceCopy> chosen = database.withHandle(db -> StagingRepository.protectedSource(db, task.job()));
        if (chosen.isPresent()) {
            return chosen;
        }
        AtomicReference<Optional<SourceCopy>> other = new AtomicReference<>(Optional.empty());
        operations.record(lease, tx -> {
            Uses.release(tx, UseBy.STAGING_JOB, List.of(task.job()));
            StagingRepository.nearest(tx, task.job())
                    .ifPresent(copy -> Uses.add(tx, UseBy.STAGING_JOB, List.of(new Uses.Intent(task.job(), copy))));
            other.set(StagingRepository.protectedSource(tx, task.job()));
        });
        return other.get();
    }

    /** The copy is read again by verification; until then nobody reads it. */
    void suspect(Handle tx, Lease lease, StagingTask task, SourceCopy copy, StagingWorker.BadCopy bad) {
        Copies.change(tx, List.of(copy.id()), CopyState.PRESENT, CopyState.SUSPECT);
        Verifications.record(
                tx,
                copy.id(),
                lease.operation().id(),
                ReadMode.CACHED,
                task.expected().sha256().toString(),
                bad.found(),
                node);
        Notifications.raise(
                tx,
                Notifications.Level.WARNING,
                "copy-suspect:" + copy.id(),
                "copy " + copy.id() + " of package " + task.packageName() + " is not what was registered: "
                        + bad.getMessage() + "; it is under suspicion and not used until it was read again",
                "Look at its storage. An archived copy is verified again by itself; a buffer's copy needs you.");
    }

    /** The tree is there: a STAGED copy, pinned instead of the copy that was read for as long as it is wanted. */
    static void completed(Handle tx, Finished work, Staged staged) {
        StagingTask task = staged.task();
        boolean wanted = StagingRepository.lockWanted(tx, task.job());
        long copy = stagedCopy(tx, task);
        String whole = task.expected().xxHash64().toString();
        Verifications.ofWork(tx, copy, work, staged.mode(), whole, whole, staged.node());
        Uses.release(tx, UseBy.STAGING_JOB, List.of(task.job()));
        if (wanted) {
            Uses.add(tx, UseBy.STAGING_JOB, List.of(new Uses.Intent(task.job(), copy)));
        }
        StagingRepository.staged(tx, task.job());
        Subjects.STAGING_JOB.change(tx, task.job(), WorkStatus.IN_PROGRESS, WorkStatus.COMPLETED);
        OtherBytes.tell(tx, staged.place(), task.packageName(), staged.aside());
    }

    private static long stagedCopy(Handle tx, StagingTask task) {
        Optional<StagingRepository.ThereAlready> there =
                StagingRepository.liveCopy(tx, task.packageId(), task.location());
        if (there.isEmpty()) {
            return Copies.add(
                    tx,
                    new NewCopy(
                            CopyOf.RAW_DATA_PACKAGE,
                            task.packageId(),
                            task.location(),
                            task.packageName(),
                            CopyState.STAGED,
                            task.contentBytes(),
                            task.expected().xxHash64().toString(),
                            null,
                            null,
                            true));
        }
        if (!there.get().state().equals(CopyState.STAGED.name())) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    true,
                    "copy " + there.get().copy() + " of package " + task.packageName() + " at this place became "
                            + there.get().state() + " while the package was staged; it is looked at again");
        }
        return there.get().copy();
    }

    /** Nobody needs the package any more. */
    static void withdrawn(Handle tx, StagingTask task) {
        Subjects.STAGING_JOB.change(tx, task.job(), WorkStatus.IN_PROGRESS, WorkStatus.CANCELLED);
        Uses.release(tx, UseBy.STAGING_JOB, List.of(task.job()));
    }

    /** No copy can be read: the manager begins again once there is one. */
    static void waitForACopy(Handle tx, StagingTask task) {
        Uses.release(tx, UseBy.STAGING_JOB, List.of(task.job()));
        Subjects.STAGING_JOB.change(tx, task.job(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
    }
}
