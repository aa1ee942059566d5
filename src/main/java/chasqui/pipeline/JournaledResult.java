package chasqui.pipeline;

import java.time.Instant;
import java.util.UUID;

/**
 * The result of one attempt that the database has not taken yet.
 *
 * @param database that the operation is in: numbers and names mean nothing in another
 * @param token of the lease under which the work was done
 * @param node on which
 * @param finishedAt by that machine's clock, for people: nothing is dated by it
 * @param bytes that the attempt moved
 */
record JournaledResult(
        UUID database, Operation operation, UUID token, String node, Instant finishedAt, long bytes, Result result) {
    @Override
    public String toString() {
        return operation + ", finished " + finishedAt;
    }
}
