package chasqui.verification;

import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.OperationStore;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Finds archived copies to read again. */
public final class VerificationManager {
    private static final int SUSPECT_FIRST = 50;
    private static final int ROUTINE = 200;

    private final Jdbi database;
    private final VerificationSettings settings;

    public VerificationManager(Jdbi database, VerificationSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    /**
     * Records operations for copies under suspicion and for those verified longest ago, in each archive a few at a time:
     * one archive that does not answer holds up no other.
     *
     * @return how many operations
     */
    public int findWork() {
        return database.inTransaction(tx -> {
            List<OperationStore.NewOperation> wanted =
                    new ArrayList<>(VerificationRepository.lockSuspect(tx, settings.atOnce(), SUSPECT_FIRST));
            wanted.addAll(VerificationRepository.lockOldest(tx, settings.oldest(), settings.atOnce(), ROUTINE));
            if (wanted.isEmpty()) {
                return 0;
            }
            int recorded = OperationStore.create(tx, VerificationWorker.TYPE, "physical_copy_id", wanted);
            Uses.add(
                    tx,
                    UseBy.VERIFICATION,
                    VerificationRepository.live(
                            tx,
                            wanted.stream()
                                    .map(OperationStore.NewOperation::subjectId)
                                    .toList()));
            return recorded;
        });
    }
}
