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
    private final Duration betweenBeats;
    private final Duration patience;
    private final Clock clock;
    private Instant lastBeat;
    /** Since when beats have come without a gap. */
    private Instant beating = Instant.EPOCH;

    /**
     * @param betweenBeats of this node, as a rule
     * @param patience how long nobody's lease counts as run out after the database was away: all that went on without it
     *     look dead until they have had their first beat
     */
    public Monitor(OperationStore operations, Duration betweenBeats, Duration patience) {
        this(operations, betweenBeats, patience, new SteadyClock());
    }

    Monitor(OperationStore operations, Duration betweenBeats, Duration patience, Clock clock) {
        this.operations = operations;
        this.betweenBeats = betweenBeats;
        this.patience = patience;
        this.clock = clock;
        this.lastBeat = clock.instant();
    }

    /** A beat of this node has reached the database. */
    public synchronized void beat() {
        if (gap()) {
            beating = clock.instant();
            log.info("leases that ran out while the database was away have {} s to be renewed", patience.toSeconds());
        }
        lastBeat = clock.instant();
    }

    private boolean gap() {
        return lastBeat.plus(betweenBeats.multipliedBy(2)).isBefore(clock.instant());
    }

    private synchronized boolean canTell() {
        return !gap() && !clock.instant().isBefore(beating.plus(patience));
    }

    /**
     * Puts stalled work back, all of it.
     *
     * @return how many operations
     */
    public int recoverStalled() {
        if (!canTell()) {
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
}
