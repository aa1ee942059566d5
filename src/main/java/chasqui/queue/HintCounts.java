package chasqui.queue;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** What became of the hints at operations that this process sent or heard, since its start; for numbers, never to decide. */
public final class HintCounts {
    private final LongAdder sent = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder claimed = new LongAdder();
    private final LongAdder stale = new LongAdder();
    private volatile Supplier<Map<String, Integer>> waiting = Map::of;

    public void send() {
        sent.increment();
    }

    public void receive() {
        received.increment();
    }

    /** The calling thread has looked for work, and its hint has served. Only the first look of a hint counts. */
    public void looked(boolean found) {
        if (Hint.answered()) {
            (found ? claimed : stale).increment();
        }
    }

    /** Where to ask how many wait. */
    public void waitAt(Supplier<Map<String, Integer>> transport) {
        waiting = transport;
    }

    public long sent() {
        return sent.sum();
    }

    /** Those that a worker began with. */
    public long received() {
        return received.sum();
    }

    /** Those that led to work, not necessarily to the operation that they were about. */
    public long claimed() {
        return claimed.sum();
    }

    /** Those that found nothing to do any more. */
    public long stale() {
        return stale.sum();
    }

    /** By queue of this process, where there are some; may ask a server. */
    public Map<String, Integer> waiting() {
        return waiting.get();
    }
}
