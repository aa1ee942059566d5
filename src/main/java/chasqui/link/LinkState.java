package chasqui.link;

import java.time.Instant;

/**
 * A link at one moment.
 *
 * @param origin short name of its first site; {@code destination} likewise
 * @param routeId the transfer route that counts now; null: the default way
 * @param method as the route says; null: by storage types
 * @param pull a worker at the destination does the work
 * @param concurrency most transfers at the same time; null: the default
 * @param rateLimitBytesPerSecond of all of them together; null: no limit
 * @param opensAt when its next window opens; null: it is open
 * @param pausedBy null, as since and reason, when it is not paused
 * @param unhealthySince null, as failure and probe, when it answers
 * @param probeDue it may be tried with one transfer now
 */
public record LinkState(
        Link link,
        String origin,
        String destination,
        Long routeId,
        String method,
        boolean pull,
        Integer concurrency,
        Long rateLimitBytesPerSecond,
        Instant opensAt,
        String pausedBy,
        Instant pausedSince,
        String pauseReason,
        Instant unhealthySince,
        String failure,
        Instant probeAt,
        boolean probeDue) {
    public boolean isPaused() {
        return pausedBy != null;
    }

    public boolean isUnhealthy() {
        return unhealthySince != null;
    }

    /** Nothing should be sent this way as long as there is another. */
    public boolean isAvoided() {
        return isPaused() || isUnhealthy();
    }

    /** Since when nothing gets through; null when it is not avoided. */
    public Instant avoidedSince() {
        if (pausedSince == null || unhealthySince == null) {
            return pausedSince == null ? unhealthySince : pausedSince;
        }
        return pausedSince.isBefore(unhealthySince) ? pausedSince : unhealthySince;
    }

    /** How many transfers may be on their way at the same time. */
    public int slots(LinkSettings settings) {
        if (isPaused() || opensAt != null) {
            return 0;
        }
        return isUnhealthy() ? (probeDue ? 1 : 0) : concurrency(settings);
    }

    public int concurrency(LinkSettings settings) {
        return concurrency == null ? settings.concurrency() : concurrency;
    }

    /** What one transfer may take, in bytes per second; null: no limit. */
    public Long share(LinkSettings settings) {
        return rateLimitBytesPerSecond == null
                ? null
                : (Long) Math.max(1, rateLimitBytesPerSecond / concurrency(settings));
    }

    public String name() {
        return origin + " → " + destination;
    }

    /** For people: "open", or why nothing begins. */
    public String says() {
        if (isPaused()) {
            return "paused by " + pausedBy + " since " + pausedSince + " because " + pauseReason;
        }
        if (isUnhealthy()) {
            return "unhealthy since " + unhealthySince + ", tried again at " + probeAt + ", because " + failure;
        }
        return opensAt == null ? "open" : "window opens at " + opensAt;
    }
}
