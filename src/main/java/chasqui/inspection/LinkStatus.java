package chasqui.inspection;

/**
 * How the way from one site to another stands.
 *
 * @param origin short name of a site; {@code destination} likewise
 * @param method as the transfer route says; null: by the two storage types
 * @param route id of the transfer route that counts now; null: the default way
 * @param state OPEN, PAUSED, UNHEALTHY, CLOSED (its window is), FORBIDDEN
 * @param says the same for people, with who, since when and why
 * @param concurrency transfers at the same time as the route says; null: {@code chasqui.transfer.concurrency}
 * @param running transfers under way
 * @param waiting transfers that could go next, with their bytes and the age of the oldest
 * @param bytesPerSecond sent within the last hour, on average over that hour
 */
public record LinkStatus(
        String origin,
        String destination,
        String method,
        Long route,
        String state,
        String says,
        Integer concurrency,
        long running,
        long waiting,
        long waitingBytes,
        long oldestWaitingSeconds,
        long bytesPerSecond) {
    /** Nothing gets through, or something waits and nothing is under way. */
    public boolean isStuck() {
        return state.equals("PAUSED") || state.equals("UNHEALTHY") || waiting > 0 && running == 0;
    }

    public String name() {
        return origin + " → " + destination;
    }
}
