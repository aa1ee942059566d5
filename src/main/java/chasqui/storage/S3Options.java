package chasqui.storage;

import java.time.Duration;

/**
 * How this program works with S3 stores.
 *
 * @param partsInFlight parts of one object that travel at the same time, 1 to 64; what a link limits per connection
 *     grows with it, memory hardly
 * @param silence longest time without a byte on a connection before the request is tried again
 * @param abandonedAfter an upload that began longer ago and was never completed is ended
 */
public record S3Options(int partsInFlight, Duration silence, Duration abandonedAfter) {
    public static final int MOST_IN_FLIGHT = 64;

    public static final S3Options DEFAULT = new S3Options(8, Duration.ofSeconds(60), Duration.ofDays(7));

    public S3Options {
        if (partsInFlight < 1 || partsInFlight > MOST_IN_FLIGHT) {
            throw new IllegalArgumentException("1 to " + MOST_IN_FLIGHT + " parts in flight, not " + partsInFlight);
        }
    }
}
