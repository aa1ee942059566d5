package chasqui.recovery;

import chasqui.pipeline.OperationStore;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The monitor's part: work whose lease ran out goes back to its queue. */
public final class Monitor {
    private static final Logger log = LoggerFactory.getLogger(Monitor.class);
    private static final int BATCH = 500;

    private final OperationStore operations;

    public Monitor(OperationStore operations) {
        this.operations = operations;
    }

    /**
     * Puts stalled work back, all of it.
     *
     * @return how many operations
     */
    public int recoverStalled() {
        int recovered = 0;
        List<Long> batch;
        do {
            batch = operations.recoverStale(BATCH);
            recovered += batch.size();
        } while (batch.size() == BATCH);
        if (recovered > 0) {
            log.warn("{} operations had a worker that died or stalled; they are back in their queues", recovered);
        }
        return recovered;
    }
}
