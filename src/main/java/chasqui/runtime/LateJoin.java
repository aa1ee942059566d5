package chasqui.runtime;

import chasqui.database.DatabaseFault;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.Rarely;
import chasqui.pipeline.Recurring;
import chasqui.settings.Settings;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a process that started without its database into it as soon as it comes. What it refuses then ends nothing: the
 * process files on, and its health says what a human should do.
 */
final class LateJoin implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LateJoin.class);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Foundation foundation;
    private final Settings settings;
    private final Runnable join;
    private final Rarely told = new Rarely();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "late-join");
        daemon.setDaemon(true);
        return daemon;
    });

    /** @param join what a start does first with its database */
    LateJoin(Foundation foundation, Settings settings, Runnable join) {
        this.foundation = foundation;
        this.settings = settings;
        this.join = join;
    }

    Recurring begin() {
        return new Recurring("joining the database", this::look).every(thread, PAUSE);
    }

    private void look() {
        try {
            foundation.arrive(settings, join);
            log.info("PostgreSQL is here; this process works from now on");
            thread.shutdown();
        } catch (RuntimeException | Error notYet) {
            String why = notYet instanceof ChasquiException ours ? ours.getMessage() : DatabaseFault.of(notYet);
            foundation.database().because(why);
            if (told.now()) {
                log.warn("started without the database, and tries again until it can be used: {}", why);
            }
            log.debug("not yet", notYet);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
