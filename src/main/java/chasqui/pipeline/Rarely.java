package chasqui.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** What goes wrong again and again is told when it begins, and then once in a while until it is over. */
public final class Rarely {
    private static final Duration PAUSE = Duration.ofMinutes(10);

    private final Clock clock;
    private Instant told;

    public Rarely() {
        this(new SteadyClock());
    }

    Rarely(Clock clock) {
        this.clock = clock;
    }

    /** Whether to tell it this time. */
    public synchronized boolean now() {
        boolean now = told == null || !clock.instant().isBefore(told.plus(PAUSE));
        if (now) {
            told = clock.instant();
        }
        return now;
    }

    /** @return whether there was anything that is over now */
    public synchronized boolean over() {
        boolean was = told != null;
        told = null;
        return was;
    }
}
