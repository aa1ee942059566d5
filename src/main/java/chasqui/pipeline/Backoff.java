package chasqui.pipeline;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter on the upper half: the delay doubles with each failure up to a cap, and no two
 * items come back at the same instant.
 *
 * @param first delay before the first retry, more than zero
 * @param longest cap
 */
public record Backoff(Duration first, Duration longest) {
    public Backoff {
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("backoff wants 0 < first ≤ longest, not " + first + " and " + longest);
        }
    }

    /**
     * @param failures failures before this one, 0 or more
     * @return between half and all of {@code min(first × 2^failures, longest)}
     */
    public Duration delay(int failures, RandomGenerator random) {
        long cap = longest.toMillis();
        long full = failures >= 40 ? cap : Math.min(cap, first.toMillis() << Math.min(failures, 40));
        full = full <= 0 ? cap : full;
        return Duration.ofMillis(full - (long) (random.nextDouble() * full / 2));
    }
}
