package chasqui.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * The result of one attempt that the database has not taken yet.
 *
 * @param token of the lease under which the work was done
 * @param node on which
 * @param finishedAt by that machine's clock
 * @param bytes that the attempt moved
 */
record JournaledResult(Operation operation, UUID token, String node, Instant finishedAt, long bytes, Result result) {
    /** @param now by the same machine's clock */
    Finished finished(Instant now) {
        Duration ago = Duration.between(finishedAt, now);
        return new Finished(operation, ago.isNegative() ? Duration.ZERO : ago);
    }

    @Override
    public String toString() {
        return operation + ", finished " + finishedAt;
    }
}
