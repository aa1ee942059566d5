package chasqui.verification;

import chasqui.pipeline.Backoff;
import java.time.Duration;

/**
 * When a tape library that says ABSENT is believed: one that restarts, or has lost its catalogue, says so of everything.
 *
 * @param answers how many in a row, 1 or more
 * @param apart shortest time between two that count
 */
public record Absence(int answers, Duration apart) {
    static final Absence DEFAULT = new Absence(3, Duration.ofMinutes(30));

    public Absence {
        if (answers < 1 || apart.isNegative()) {
            throw new IllegalArgumentException("absence wants 1 or more answers and no negative time between them");
        }
    }

    /** The next look comes when its answer counts: a pause is at least half of what is asked for. */
    Backoff pauses() {
        Duration pause = apart.isZero() ? Duration.ofSeconds(1) : apart.multipliedBy(2);
        return new Backoff(pause, pause);
    }
}
