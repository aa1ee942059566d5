package chasqui.queue.redis;

import chasqui.queue.ServedQueue;
import chasqui.queue.redis.Reachability.Direction;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.redisson.api.StreamMessageId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for hints of all queues that have a free worker, in one command. While hints come it asks just their streams for
 * more, as many of each as there are free workers; when these hold none, it waits for all again. A worker that becomes
 * free meanwhile, or a new queue, wakes it through a stream of its own.
 */
final class Listener implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    private final Streams streams;
    private final Reachability reachability;
    private final Rhythm rhythm;
    private final String own;
    private final Supplier<Map<String, ServedQueue>> served;
    private final Inbox inbox;
    private final Thread thread;
    /** Streams whose group is known to be there; of the listener's thread alone. */
    private final Set<String> made = new HashSet<>();
    /** The queues as they were when that was seen to. */
    private Map<String, ServedQueue> known;

    private Set<String> lively = Set.of();
    /** Streams that are waited for at this moment; null: none. */
    private volatile Set<String> awaited;

    private volatile boolean open = true;

    /**
     * @param own stream that wakes it
     * @param served queues by their streams
     */
    Listener(
            Streams streams,
            Reachability reachability,
            Rhythm rhythm,
            String own,
            Supplier<Map<String, ServedQueue>> served,
            Inbox inbox) {
        this.streams = streams;
        this.reachability = reachability;
        this.rhythm = rhythm;
        this.own = own;
        this.served = served;
        this.inbox = inbox;
        this.thread = Threads.daemon("redis-queues-listener", this::run);
    }

    void start() {
        thread.start();
    }

    /** Whether it waits, and not for this stream, so that it must be woken to hear of it. */
    boolean misses(String stream) {
        Set<String> now = awaited;
        return now != null && !now.contains(stream);
    }

    private void run() {
        int failures = 0;
        while (open) {
            try {
                round();
                reachability.well(Direction.HEARING);
                failures = 0;
            } catch (InterruptedException ended) {
                return;
            } catch (Throwable failure) {
                // Errors too: without this thread nobody would hear, and nobody would say so.
                failures++;
                if (!recover(failure, failures)) {
                    return;
                }
            }
        }
    }

    private void round() throws Exception {
        Map<String, ServedQueue> queues = served.get();
        make(queues);
        Map<String, Integer> more = free(queues, lively);
        Map<String, Map<StreamMessageId, Map<String, String>>> heard =
                more.isEmpty() ? await(queues) : streams.take(more);
        lively = Set.copyOf(heard.keySet());
        // A queue that was left and is served anew while it was waited for has its hints from now on.
        Map<String, ServedQueue> now = served.get();
        heard.forEach((stream, messages) -> inbox.deliver(now.get(stream), stream, messages));
    }

    private Map<String, Map<StreamMessageId, Map<String, String>>> await(Map<String, ServedQueue> queues)
            throws Exception {
        Set<String> all = new HashSet<>(free(queues, queues.keySet()).keySet());
        all.add(own);
        awaited = all;
        try {
            // Who became free before this was said could not know that it must wake us.
            Map<String, ServedQueue> now = served.get();
            if (!all.containsAll(free(now, now.keySet()).keySet())) {
                return Map.of();
            }
            return streams.await(all, rhythm.wake());
        } finally {
            awaited = null;
        }
    }

    private static Map<String, Integer> free(Map<String, ServedQueue> queues, Collection<String> among) {
        Map<String, Integer> free = new HashMap<>();
        for (String stream : among) {
            ServedQueue queue = queues.get(stream);
            int workers = queue == null ? 0 : queue.free();
            if (workers > 0) {
                free.put(stream, workers);
            }
        }
        return free;
    }

    private void make(Map<String, ServedQueue> queues) throws Exception {
        if (queues != known) {
            Set<String> all = new HashSet<>(queues.keySet());
            all.add(own);
            made.retainAll(all);
            all.removeAll(made);
            if (!all.isEmpty()) {
                streams.ensure(all);
                made.addAll(all);
            }
            known = queues;
        }
    }

    private boolean recover(Throwable failure, int failures) {
        made.clear();
        known = null;
        lively = Set.of();
        if (failures == 1 && isGone(failure)) {
            log.info("streams of hints were gone from Redis (was it flushed?); they are made again");
            return true;
        }
        reachability.failed(Direction.HEARING, failure);
        try {
            Thread.sleep(rhythm.pause().toMillis());
            return true;
        } catch (InterruptedException ended) {
            return false;
        }
    }

    private static boolean isGone(Throwable failure) {
        String said = String.valueOf(failure.getMessage());
        return List.of("NOGROUP", "UNBLOCKED").stream().anyMatch(said::contains);
    }

    /** No round after this one. Who says so wakes it. */
    void end() {
        open = false;
    }

    @Override
    public void close() {
        end();
        Threads.end(thread, rhythm.wake().plus(streams.longest()));
    }
}
