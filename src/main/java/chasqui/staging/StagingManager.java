package chasqui.staging;

import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationStore.NewOperation;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.WorkStatus;
import chasqui.staging.StagingRepository.Beginning;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Finds staging jobs that can begin, chooses the copy each one reads and protects it. A job is SCHEDULED from then on;
 * one that cannot begin says why in {@code staging_job.waits_for}.
 */
public final class StagingManager {
    static final OperationType STAGING = new OperationType("staging");
    private static final int PRIORITY = 100;

    private final Jdbi database;
    private final StagingSettings settings;

    public StagingManager(Jdbi database, StagingSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    /**
     * One round in one transaction, with the same number of statements whatever the number of jobs.
     *
     * @return operations recorded
     */
    public int findWork() {
        return database.inTransaction(this::findWork);
    }

    private int findWork(Handle tx) {
        List<Beginning> ready = StagingRepository.lockReady(tx, settings.batch());
        int created = ready.isEmpty() ? 0 : begin(tx, ready);
        StagingRepository.explainWaiting(tx, settings.batch());
        return created;
    }

    private static int begin(Handle tx, List<Beginning> ready) {
        Set<Long> reading = new HashSet<>(Uses.add(
                tx, UseBy.STAGING_JOB, ready.stream().map(Beginning::intent).toList()));
        List<Beginning> begun =
                ready.stream().filter(job -> reading.contains(job.job())).toList();
        List<Long> jobs = begun.stream().map(Beginning::job).toList();
        Subjects.STAGING_JOB.change(tx, jobs, WorkStatus.PENDING, WorkStatus.SCHEDULED);
        StagingRepository.nothingInTheWay(tx, jobs);
        return OperationStore.create(
                tx,
                STAGING,
                "staging_job_id",
                begun.stream()
                        .map(job -> new NewOperation(job.job(), job.location(), PRIORITY))
                        .toList());
    }
}
