package chasqui.recovery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** By how much a clock is ahead of the database's. */
final class ClockOffset {
    /** A slower answer says too little about the moment in which it was given. */
    private static final Duration SLOWEST = Duration.ofSeconds(2);

    private ClockOffset() {}

    /** Negative when the clock is behind; empty when the database took too long to tell. */
    static Optional<Duration> measure(Jdbi database, Clock clock) {
        return database.withHandle(db -> {
            // The connection is there already: only the question itself is timed.
            Instant before = clock.instant();
            long began = System.nanoTime();
            Instant there = db.createQuery("SELECT clock_timestamp()")
                    .mapTo(Instant.class)
                    .one();
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            return took.compareTo(SLOWEST) > 0
                    ? Optional.empty()
                    : Optional.of(Duration.between(there, before.plus(took.dividedBy(2))));
        });
    }
}
