package chasqui.staging;

import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationStore.NewOperation;
import chasqui.pipeline.OperationType;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/**
 * Finds packages that a staging job waits for and that are on tape only, and what came back from tape and no job needs
 * any more. Both are work of one kind: the recall folder is to hold what is wanted.
 */
public final class TapeRecallManager {
    static final OperationType TAPE_RECALL = new OperationType("tape_recall");
    private static final int PRIORITY = 100;

    private final Jdbi database;
    private final StagingSettings settings;

    public TapeRecallManager(Jdbi database, StagingSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    /** @return operations recorded */
    public int findWork() {
        return database.inTransaction(tx -> {
            List<TapeRecallRepository.OnTape> copies =
                    new ArrayList<>(TapeRecallRepository.wanted(tx, settings.batch()));
            copies.addAll(TapeRecallRepository.needless(tx, settings.batch()));
            return OperationStore.create(
                    tx,
                    TAPE_RECALL,
                    "physical_copy_id",
                    copies.stream()
                            .map(copy -> new NewOperation(copy.id(), copy.location(), PRIORITY))
                            .toList());
        });
    }
}
