package chasqui.pipeline;

import java.time.Duration;

/**
 * How long work may go unheard of, and how it comes back.
 *
 * @param lease time without a renewal after which an operation is put back
 * @param renewEvery interval of renewals, well below {@code lease}
 * @param stallLimit longest time without progress where a phase names none
 * @param retry delays after item failures
 * @param park delays after failures of a location, link or the platform
 */
public record LeaseSettings(Duration lease, Duration renewEvery, Duration stallLimit, Backoff retry, Backoff park) {
    /** Stalls on live nodes after which an operation counts as poisoned. */
    static final int MOST_STALLS = 3;

    public LeaseSettings {
        if (renewEvery.multipliedBy(2).compareTo(lease) > 0) {
            throw new IllegalArgumentException("renewals every " + renewEvery + " cannot keep a lease of " + lease);
        }
    }
}
