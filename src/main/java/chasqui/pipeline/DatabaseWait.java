package chasqui.pipeline;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits, in the middle of work, for a database that cannot be reached: what was done so far is not done again. */
public final class DatabaseWait {
    private static final Logger log = LoggerFactory.getLogger(DatabaseWait.class);
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** Refusals of one step by a database that is there, after which its work is put back rather than held for ever. */
    private static final int MOST_REFUSALS = 10;

    private DatabaseWait() {}

    /**
     * Tries a step until the database has answered it.
     *
     * @param step may run twice, when the answer to the first time was lost
     *
     * @throws LeaseLost (retryable) the operation is no longer ours
     * @throws RuntimeException what the step throws for another reason, or the trouble itself when the work is interrupted,
     *     or when it is this step's alone and does not pass
     */
    public static <T> T until(Lease lease, Supplier<T> step) {
        Lease.Pause pause = null;
        int refusals = 0;
        while (true) {
            try {
                T answer = step.get();
                if (pause != null) {
                    lease.resume(pause);
                }
                return answer;
            } catch (RuntimeException trouble) {
                if (!DatabaseTrouble.in(trouble)) {
                    throw trouble;
                }
                if (DatabaseTrouble.ofOneStatement(trouble) && ++refusals >= MOST_REFUSALS) {
                    throw trouble;
                }
                if (pause == null) {
                    log.warn(
                            "{}: waits for the database, and goes on from where it is: {}",
                            lease,
                            DatabaseTrouble.told(trouble));
                    pause = lease.pause("waiting for the database");
                }
                sleep(lease, trouble);
            }
        }
    }

    private static void sleep(Lease lease, RuntimeException trouble) {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        } catch (InterruptedException told) {
            lease.requireHeld();
            Thread.currentThread().interrupt();
            throw trouble;
        }
        lease.requireHeld();
    }
}
