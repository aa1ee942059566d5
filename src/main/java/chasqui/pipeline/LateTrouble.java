package chasqui.pipeline;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Why one result still waits.
 *
 * @param times how often in a row it could not be recorded although the database answered; 0: it only waits its turn
 * @param notBefore when it is tried again, as {@link System#nanoTime}
 */
record LateTrouble(String what, int times, long notBefore) {
    /** Deadlocks and spent resources pass at the first or second try, and are nobody's business. */
    private static final int TOLD_FROM = 3;

    private static final Backoff PAUSES = new Backoff(Duration.ofMillis(100), Duration.ofMinutes(5));

    static LateTrouble turn(String what) {
        return new LateTrouble(what, 0, System.nanoTime());
    }

    /** @param before null: none */
    static LateTrouble again(LateTrouble before, String what) {
        int times = before == null ? 0 : before.times();
        return new LateTrouble(
                what,
                times + 1,
                System.nanoTime()
                        + PAUSES.delay(times, ThreadLocalRandom.current()).toNanos());
    }

    boolean isDue() {
        return System.nanoTime() - notBefore >= 0;
    }

    boolean isToBeTold() {
        return times == TOLD_FROM;
    }

    boolean isProblem() {
        return times >= TOLD_FROM;
    }
}
