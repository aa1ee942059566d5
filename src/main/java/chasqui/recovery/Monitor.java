package chasqui.recovery;

import chasqui.pipeline.OperationStore;
import chasqui.pipeline.SteadyClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The monitor's part: work whose lease ran out goes back to its queue. */
public final class Monitor {
    private static final Logger log = LoggerFactory.getLogger(Monitor.class);
    private static final int BATCH = 500;

    private final OperationStore operations;
    private final Duration patience;
    private final Clock clock;
    /** Null: it was away at the last look. */
    private Instant databaseSince = Instant.EPOCH;

    public Monitor(OperationStore operations, Duration patience) {
        this(operations, patience, new SteadyClock());
    }

    /**
     * @param patience how long nobody's lease counts as run out after the database was away, at least two beats: until
     *     then all that went on without it would look dead
     */
    Monitor(OperationStore operations, Duration patience, Clock clock) {
        this.operations = operations;
        this.patience = patience;
        this.clock = clock;
    }

    /**
     * Puts stalled work back, all of it.
     *
     * @return how many operations
     */
    public int recoverStalled() {
        if (!databaseStays()) {
            return 0;
        }
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

    private boolean databaseStays() {
        Instant asked = clock.instant();
        try {
            operations.ask();
        } catch (RuntimeException away) {
            databaseSince = null;
            throw away;
        }
        // An answer that took as long as two beats kept everybody's from coming.
        if (databaseSince == null || asked.plus(patience).isBefore(clock.instant())) {
            databaseSince = clock.instant();
            log.info(
                    "the database is back; leases that ran out meanwhile have {} s to be renewed",
                    patience.toSeconds());
        }
        return databaseSince.equals(Instant.EPOCH) || !clock.instant().isBefore(databaseSince.plus(patience));
    }
}
