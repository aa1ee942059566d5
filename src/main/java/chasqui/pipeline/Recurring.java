package chasqui.pipeline;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task that comes again, whatever it throws: Java never runs a scheduled task again that has thrown, and says nothing.
 * A moment without memory or threads must not be the end of it.
 */
public final class Recurring implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Recurring.class);

    private final String what;
    private final String inShort;
    private final Runnable task;
    private final Rarely told = new Rarely();
    /** Null: the last round went to its end. */
    private volatile String trouble;

    /** @param what goes on, for people, such as {@code removing what dead attempts left} */
    public Recurring(String what, Runnable task) {
        this.what = what;
        this.inShort = what + " failed and is tried again";
        this.task = task;
    }

    /** Begins at once, each round after a pause behind the one before. */
    public Recurring every(ScheduledExecutorService pool, Duration pause) {
        return after(pool, Duration.ZERO, pause);
    }

    /** The same, with a pause of its own before the first round. */
    public Recurring after(ScheduledExecutorService pool, Duration first, Duration pause) {
        pool.scheduleWithFixedDelay(this, first.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /** In time with the clock: a round that took long is followed by the next one at once. */
    public Recurring inStep(ScheduledExecutorService pool, Duration beat) {
        pool.scheduleAtFixedRate(this, beat.toMillis(), beat.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    @Override
    public void run() {
        try {
            task.run();
            trouble = null;
            if (told.over()) {
                log.info("{} goes on", what);
            }
        } catch (Throwable failure) {
            tell(failure);
        }
    }

    private void tell(Throwable failure) {
        // Needs no memory, which may be what is missing.
        trouble = inShort;
        try {
            trouble = inShort + ": " + failure;
            if (told.now()) {
                log.error("{}", inShort, failure);
            }
        } catch (Throwable noMemory) {
            // Health says it in short.
        }
    }

    /** Why its last round did not go to its end; empty: it did. */
    public Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }
}
