package chasqui.pipeline;

import java.time.Duration;

/**
 * How long a phase of work may show no progress.
 *
 * @param silence for a phase that only reads or computes
 */
public record StallLimit(Duration silence) {
    /** What is written may all become durable at its end, in one call: no disk that is alive is slower than this. */
    private static final long SLOWEST_FSYNC_BYTES_PER_SECOND = 32L << 20;

    /** For a phase that makes this many bytes durable. */
    public Duration whenWriting(long bytes) {
        return silence.plusSeconds(bytes / SLOWEST_FSYNC_BYTES_PER_SECOND);
    }
}
