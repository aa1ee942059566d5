package chasqui.preflight;

import java.time.Duration;
import java.util.List;

/**
 * One thing to try at one data location. It may hang: it has a thread of its own, and counts as failed after its limit.
 *
 * @param name unique at its location, for people
 * @param about what it looks at: a check of the same name about something else is another one
 * @param stops types of operations that its failure keeps away; empty: nothing waits for it
 * @param limit longest time that it may take
 */
public record Check(String name, Object about, List<String> stops, Duration limit, Look look) {
    /** Tries it. */
    @FunctionalInterface
    public interface Look {
        /**
         * @return what it found beside that; empty: all is well
         * @throws Exception it failed, with the reason
         */
        List<Finding> look() throws Exception;
    }

    public Check {
        stops = List.copyOf(stops);
    }

    /** Whether the location is served before this has ended. */
    boolean decides() {
        return !stops.isEmpty();
    }

    Finding failed(String reason) {
        return new Finding(name, stops, reason);
    }
}
