package chasqui.recovery;

import chasqui.pipeline.OperationStore;
import chasqui.pipeline.ThreadsOnDemand;
import chasqui.topology.DataLocation;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes what dead attempts left behind in the locations that this node serves, at the start and from time to time. */
public final class Sweeps implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Sweeps.class);

    private final List<Sweep> sweeps;
    private final Set<Long> underWay = ConcurrentHashMap.newKeySet();
    /** A thread for each location: one that hangs holds up neither the start nor another, nor the end of the process. */
    private final ExecutorService threads = ThreadsOnDemand.named("sweep");

    /** @param incomingAge how long nothing must have been written to what lies at a buffer and nobody waits for */
    public Sweeps(Jdbi database, OperationStore operations, Duration incomingAge, Clock clock) {
        this(List.of(new TemporariesSweep(operations), new IncomingSweep(database, incomingAge, clock)));
    }

    Sweeps(List<Sweep> sweeps) {
        this.sweeps = List.copyOf(sweeps);
    }

    /**
     * Begins with every location on DISK or TAPE among these and returns at once; a location whose last sweep is not over is left
     * out. What fails is told and tried again the next time.
     */
    public void begin(List<DataLocation> served) {
        served.stream()
                .filter(location -> location.storage() != StorageType.S3)
                .filter(location -> underWay.add(location.id()))
                .forEach(this::start);
    }

    private void start(DataLocation location) {
        try {
            threads.execute(() -> sweepOrTell(location));
        } catch (RuntimeException | Error noThread) {
            underWay.remove(location.id());
            throw noThread;
        }
    }

    private void sweepOrTell(DataLocation location) {
        try {
            sweeps.forEach(sweep -> sweepOrTell(sweep, location));
        } finally {
            underWay.remove(location.id());
        }
    }

    private static void sweepOrTell(Sweep sweep, DataLocation location) {
        try {
            int removed = sweep.sweep(location);
            if (removed > 0) {
                log.info("{}: {} {} removed", location, removed, sweep.what());
            }
        } catch (IOException | RuntimeException failure) {
            log.warn(
                    "{}: {} are not removed, the next round tries again: {}",
                    location,
                    sweep.what(),
                    failure.toString());
        }
    }

    /** Ends what still runs, as far as it can be ended. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
