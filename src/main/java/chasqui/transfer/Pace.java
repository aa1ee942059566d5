package chasqui.transfer;

import chasqui.pipeline.Lease;
import chasqui.storage.Progress;
import com.google.common.util.concurrent.RateLimiter;

/**
 * Progress that keeps to what the link allows one transfer, for methods whose bytes pass through this process: the caller
 * is held until its next bytes are due.
 */
final class Pace implements Progress {
    /** Bytes are waited for in shares of this part of a second, so that an ended lease is noticed and none stalls. */
    private static final int SHARES_PER_SECOND = 4;

    private final Lease lease;
    private final RateLimiter limiter;
    private final int share;

    private Pace(Lease lease, long bytesPerSecond) {
        this.lease = lease;
        this.limiter = RateLimiter.create(bytesPerSecond);
        this.share = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytesPerSecond / SHARES_PER_SECOND));
    }

    /** As fast as the link allows; without a limit as fast as it goes. */
    static Progress of(Lease lease, Way way) {
        Long limit = way.rateLimitBytesPerSecond();
        return limit == null ? lease::advance : new Pace(lease, limit);
    }

    @Override
    public void advance(long bytes) {
        lease.advance(bytes);
        for (long left = bytes; left > 0; left -= share) {
            limiter.acquire((int) Math.min(left, share));
            lease.advance(0);
        }
    }
}
