package chasqui.weighing;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jdbi.v3.core.Jdbi;

/** Weighs one package. */
public final class WeighingWorker {
    private final Jdbi database;
    private final OperationStore operations;

    WeighingWorker(Jdbi database, OperationStore operations) {
        this.database = database;
        this.operations = operations;
    }

    public void work(Lease lease) {
        long subject = lease.operation().subjectId();
        long bytes = weigh(
                subject,
                WeighingRepository.file(database, subject, lease.operation().dataLocationId()));
        operations.complete(lease, tx -> WeighingRepository.weighed(tx, subject, bytes));
    }

    private static long weigh(long subject, Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new ChasquiException(
                    FailureKind.ITEM, true, "package " + subject + " is not on the scales: " + e.getMessage(), e);
        }
    }
}
