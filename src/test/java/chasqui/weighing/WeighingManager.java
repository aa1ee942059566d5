package chasqui.weighing;

import chasqui.pipeline.OperationStore;
import org.jdbi.v3.core.Jdbi;

/** Plans the weighing of packages. */
public final class WeighingManager {
    private static final int ROUND = 100;

    private final Jdbi database;

    WeighingManager(Jdbi database) {
        this.database = database;
    }

    /** @return how many operations were recorded */
    public int findWork() {
        return database.inTransaction(tx ->
                OperationStore.create(tx, Weighing.TYPE, "raw_data_package_id", WeighingRepository.plan(tx, ROUND)));
    }
}
