package chasqui.runtime;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks from time to time whether the database answers, and says when it does not. On a thread of its own: who asks for
 * health in an outage is answered at once.
 */
final class DatabasePulse implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DatabasePulse.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int ANSWER_SECONDS = 5;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "database-pulse");
        daemon.setDaemon(true);
        return daemon;
    });

    /**
     * @param limit it asks several times within this
     * @param away told after each question that was not answered
     */
    DatabasePulse(Jdbi database, Duration limit, Runnable away) {
        long millis = Math.min(PAUSE.toMillis(), limit.dividedBy(4).toMillis() + 1);
        thread.scheduleWithFixedDelay(
                () -> {
                    try {
                        ask(database);
                    } catch (RuntimeException noAnswer) {
                        // Health has a check that says so.
                        log.debug("the database does not answer", noAnswer);
                        away.run();
                    }
                },
                0,
                millis,
                TimeUnit.MILLISECONDS);
    }

    /** Throws when there is no answer. */
    static void ask(Jdbi database) {
        database.useHandle(db -> db.createQuery("SELECT 1")
                .setQueryTimeout(ANSWER_SECONDS)
                .mapTo(Integer.class)
                .one());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
