package chasqui.runtime;

import chasqui.database.Database;
import chasqui.database.DatabaseFault;
import chasqui.pipeline.DatabaseTrouble;
import chasqui.pipeline.Rarely;
import chasqui.pipeline.Recurring;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks from time to time whether the database answers and takes writes, and says since when it does not. On a thread and
 * a connection of its own: who asks for health in an outage is answered at once.
 */
final class DatabasePulse implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DatabasePulse.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int ANSWER_SECONDS = 5;

    private final Database database;
    private final Runnable away;
    private final Rarely told = new Rarely();
    /** Null: all is well. */
    private volatile Trouble trouble;
    /** Null: the last beat reached the database. */
    private volatile Trouble beatless;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "database-pulse");
        daemon.setDaemon(true);
        return daemon;
    });

    private record Trouble(String reason, Instant since) {
        @Override
        public String toString() {
            return reason + "; since " + since
                    + ". Work in hand goes on, nothing new is begun, and all goes on by itself when it is back";
        }
    }

    /** @param away told after each question that was not answered */
    DatabasePulse(Database database, Runnable away) {
        this.database = database;
        this.away = away;
    }

    /** @param limit it asks several times within this */
    Recurring start(Duration limit) {
        long millis = Math.min(PAUSE.toMillis(), limit.dividedBy(4).toMillis() + 1);
        return new Recurring("asking for the database", this::beat).every(thread, Duration.ofMillis(millis));
    }

    private void beat() {
        try {
            ask(database.beats());
            ask(database.jdbi());
            if (trouble != null) {
                log.info("PostgreSQL is back; it was away, or of no use, since {}", trouble.since());
                // Those from before may be dead without a word.
                database.renewConnections();
            }
            trouble = null;
            told.over();
        } catch (RuntimeException noAnswer) {
            trouble = because(noAnswer, trouble);
            if (told.now()) {
                log.warn("{}", trouble);
            }
            log.debug("the database does not answer", noAnswer);
            away.run();
        }
    }

    private static Trouble because(RuntimeException failure, Trouble before) {
        Instant since = before == null ? Instant.now().truncatedTo(ChronoUnit.SECONDS) : before.since();
        return new Trouble(DatabaseFault.of(failure), since);
    }

    /** The node's beat did not reach the database. */
    void beatFailed(RuntimeException why) {
        if (DatabaseTrouble.in(why)) {
            beatless = because(why, beatless);
            away.run();
        }
    }

    void beatReached() {
        beatless = null;
    }

    /** What is the matter, and since when; empty: nothing. */
    List<String> problems() {
        Trouble known = trouble == null ? beatless : trouble;
        if (known != null) {
            return List.of(known.toString());
        }
        try {
            ask(database.jdbi());
            return List.of();
        } catch (RuntimeException noAnswer) {
            return List.of(DatabaseFault.of(noAnswer));
        }
    }

    /** Throws when there is no answer, or one of a server that takes no writes. */
    private static void ask(Jdbi connections) {
        String readOnly = connections.withHandle(db -> db.createQuery("SELECT current_setting('transaction_read_only')")
                .setQueryTimeout(ANSWER_SECONDS)
                .mapTo(String.class)
                .one());
        if (readOnly.equals("on")) {
            throw new IllegalStateException(new SQLException("it is read-only (a standby, or made so)", "25006"));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
