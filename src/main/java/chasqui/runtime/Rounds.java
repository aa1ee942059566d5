package chasqui.runtime;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** When each critical loop of this process last completed a round: a loop that goes silent makes health DOWN. */
public final class Rounds {
    private final Clock clock;
    private final Map<String, Duration> limits = new ConcurrentHashMap<>();
    private final Map<String, Instant> completed = new ConcurrentHashMap<>();

    Rounds(Clock clock) {
        this.clock = clock;
    }

    /** A loop that counts from now on; its first round is due within the limit. */
    public void expect(String loop, Duration limit) {
        completed.putIfAbsent(loop, clock.instant());
        limits.put(loop, limit);
    }

    /** A loop that counts no longer. */
    public void forget(String loop) {
        limits.remove(loop);
        completed.remove(loop);
    }

    /** A round of the loop went well to its end. */
    public void completed(String loop) {
        completed.put(loop, clock.instant());
    }

    /** No loop can complete a round now, and none is to blame: the next one of each is due within its limit from here. */
    void excuse() {
        completed.replaceAll((loop, last) -> clock.instant());
    }

    /** Time of the last completed round of each expected loop, or since when one is awaited, after an outage too. */
    public Map<String, Instant> last() {
        Map<String, Instant> last = new java.util.TreeMap<>(completed);
        last.keySet().retainAll(limits.keySet());
        return last;
    }

    /** Loops that have been silent for longer than their limit; empty when all is well. */
    public List<String> silent() {
        Instant now = clock.instant();
        return last().entrySet().stream()
                .filter(loop -> Duration.between(loop.getValue(), now)
                                .compareTo(limits.getOrDefault(loop.getKey(), Duration.ZERO))
                        > 0)
                .map(Map.Entry::getKey)
                .toList();
    }
}
