package chasqui.queue.redis;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether hints travel, and why not; says so in the log when that changes, and not again. */
final class Reachability {
    private static final Logger log = LoggerFactory.getLogger(Reachability.class);

    /** What can go wrong by itself: a server that is full still lets us listen. */
    enum Direction {
        HEARING,
        SENDING,
        ANSWERING,
        TAKING_OVER,
        TIDYING
    }

    private final Map<Direction, String> problems = new EnumMap<>(Direction.class);
    private final Diagnosis diagnosis;

    Reachability(Diagnosis diagnosis) {
        this.diagnosis = diagnosis;
    }

    synchronized void well(Direction direction) {
        if (problems.remove(direction) != null && problems.isEmpty()) {
            log.info("{}: hints travel again", diagnosis.where());
        }
    }

    synchronized void failed(Direction direction, Throwable failure) {
        String problem = diagnosis.of(failure);
        // A server that goes away shows itself in several ways, one after the other.
        boolean known = problems.containsValue(problem) || !problems.isEmpty() && Diagnosis.isAway(failure);
        problems.put(direction, problem);
        if (!known) {
            log.warn("{}", problem);
        }
        log.debug("hints do not travel ({})", direction, failure);
    }

    /** What is the matter and what to do about it; empty: nothing. */
    synchronized List<String> problems() {
        return problems.values().stream().distinct().toList();
    }
}
