package chasqui.unpacking;

import chasqui.catalogue.Subjects;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.WorkStatus;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Finds transfers whose bytes have arrived. */
public final class UnpackingManager {
    /** Most transfers per round; the next round takes the others. */
    private static final int ROUND = 500;

    private final Jdbi database;

    public UnpackingManager(Jdbi database) {
        this.database = database;
    }

    /**
     * Records an operation at the destination for every transfer that was sent.
     *
     * @return how many operations
     */
    public int findWork() {
        return database.inTransaction(tx -> {
            List<OperationStore.NewOperation> arrived = UnpackingRepository.lockArrived(tx, ROUND);
            if (arrived.isEmpty()) {
                return 0;
            }
            Subjects.DATA_TRANSFER.change(
                    tx,
                    arrived.stream().map(OperationStore.NewOperation::subjectId).toList(),
                    WorkStatus.PENDING,
                    WorkStatus.SCHEDULED);
            return OperationStore.create(tx, UnpackingWorker.TYPE, "data_transfer_id", arrived);
        });
    }
}
