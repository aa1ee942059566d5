package chasqui.runtime;

import chasqui.database.Database;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.Recurring;
import chasqui.recovery.IncomingFolders;
import chasqui.recovery.Sweeps;
import chasqui.topology.DataLocation;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** When this node makes the folders of what arrives and removes what dead attempts left, at the locations it serves. */
final class Tidying implements AutoCloseable {
    private static final Duration SWEEP_EVERY = Duration.ofHours(1);

    private final Sweeps sweeps;
    private final IncomingFolders incoming;
    /** What was served first has not been swept, because the database came later. */
    private final AtomicBoolean unswept = new AtomicBoolean();

    Tidying(Database database, OperationStore operations, Duration incomingAge) {
        this.sweeps = new Sweeps(database.jdbi(), operations, incomingAge, Clock.systemUTC());
        this.incoming = new IncomingFolders(database.jdbi());
    }

    /** At once, and then every hour. */
    Recurring every(ScheduledExecutorService pool, Supplier<List<DataLocation>> served) {
        return new Recurring("removing what dead attempts left", () -> {
                    sweeps.begin(served.get());
                    incoming.begin(served.get());
                })
                .every(pool, SWEEP_EVERY);
    }

    void databaseComesLater() {
        unswept.set(true);
    }

    /** More locations are served. */
    void served(List<DataLocation> locations) {
        incoming.begin(locations);
        if (unswept.getAndSet(false)) {
            sweeps.begin(locations);
        }
    }

    @Override
    public void close() {
        try {
            sweeps.close();
        } finally {
            incoming.close();
        }
    }
}
