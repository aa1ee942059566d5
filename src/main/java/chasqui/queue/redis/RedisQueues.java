package chasqui.queue.redis;

import chasqui.queue.Hints;
import chasqui.queue.LeftQueues;
import chasqui.queue.ServedQueue;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hints of any number of queues through one Redis. Never waits for Redis in the caller's thread, and needs none to start:
 * as long as it does not answer, hints for a queue of this process wake its own workers, and others are given up.
 */
public final class RedisQueues implements Hints, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisQueues.class);

    private final String prefix;
    private final RedisConnection redis;
    private final Streams streams;
    private final Reachability reachability;
    private final Executor threads;
    private final Outbox outbox;
    private final Listener listener;
    private final Keeper keeper;
    private final Rhythm rhythm;
    private final String own;
    /** By stream; another map at each change. */
    private volatile Map<String, ServedQueue> served = Map.of();

    private final LeftQueues left = new LeftQueues();

    /** Streams that know this process. */
    private final Set<String> entered = ConcurrentHashMap.newKeySet();

    /**
     * @param consumer name of this process among those that are served, another one at each start
     * @param threads where workers run; it must not limit them
     */
    public RedisQueues(RedisSettings settings, String consumer, Executor threads) {
        this(settings, consumer, threads, Rhythm.USUAL);
    }

    RedisQueues(RedisSettings settings, String consumer, Executor threads, Rhythm rhythm) {
        this.prefix = settings.prefix();
        this.threads = threads;
        this.rhythm = rhythm;
        this.own = prefix + ":wake:" + consumer;
        this.redis = new RedisConnection(settings);
        this.streams = new Streams(redis, consumer);
        this.reachability = new Reachability(new Diagnosis(settings));
        this.outbox = new Outbox(streams, reachability, rhythm, settings.backlog());
        Inbox inbox = new Inbox(outbox);
        this.listener = new Listener(streams, reachability, rhythm, own, () -> served, inbox);
        this.keeper = new Keeper(streams, reachability, rhythm, own, () -> served, inbox, outbox);
    }

    /**
     * Before the start: what this process shows of itself in Redis.
     *
     * @param roles a key for each
     * @param node its name
     */
    public void show(Collection<String> roles, String node) {
        keeper.show(new HealthKeys(
                streams,
                rhythm.shown(),
                roles.stream()
                        .map(role -> prefix + ":health:" + role + ":" + node)
                        .toList()));
    }

    public void start() {
        outbox.start();
        listener.start();
        keeper.start();
    }

    @Override
    public void send(String queue, long operation) {
        outbox.add(stream(queue), Long.toString(operation), () -> look(queue));
    }

    @Override
    public void look(String queue) {
        ServedQueue here = served.get(stream(queue));
        if (here != null) {
            here.look();
        }
    }

    @Override
    public void serve(String queue, int workers, Consumer<String> worker) {
        String stream = stream(queue);
        ServedQueue wanted = new ServedQueue(queue, workers, threads, worker, () -> wakeFor(stream));
        synchronized (this) {
            if (served.containsKey(stream)) {
                throw new IllegalStateException("queue " + queue + " has a worker route in this process already");
            }
            Map<String, ServedQueue> more = new HashMap<>(served);
            more.put(stream, left.serve(wanted));
            served = Map.copyOf(more);
            entered.add(stream);
        }
        wakeFor(stream);
    }

    /** What lies in the streams, with what is just being looked at. */
    @Override
    public Map<String, Integer> waiting() {
        if (!problems().isEmpty()) {
            return Map.of();
        }
        try {
            Map<String, Integer> waiting = new TreeMap<>();
            String beforeName = stream("");
            streams.lengths(served.keySet()).forEach((stream, hints) -> {
                if (hints > 0) {
                    waiting.put(stream.substring(beforeName.length()), Math.toIntExact(hints));
                }
            });
            return waiting;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } catch (Exception failure) {
            log.debug("nobody can tell how many hints wait", failure);
        }
        return Map.of();
    }

    @Override
    public void leave(String queue) {
        synchronized (this) {
            Map<String, ServedQueue> fewer = new HashMap<>(served);
            ServedQueue here = fewer.remove(stream(queue));
            served = Map.copyOf(fewer);
            if (here != null) {
                left.leave(here);
            }
        }
    }

    private void wakeFor(String stream) {
        if (listener.misses(stream)) {
            outbox.add(own, "wake", () -> {});
        }
    }

    /** Why hints do not travel, and what to do; empty: they do. */
    public List<String> problems() {
        return reachability.problems();
    }

    private String stream(String queue) {
        return prefix + ":queue:" + queue;
    }

    /** Leaves all queues and Redis; takes a few seconds at most when that does not answer. */
    @Override
    public void close() {
        served.values().forEach(ServedQueue::close);
        listener.end();
        outbox.add(own, "end", () -> {});
        listener.close();
        keeper.close();
        outbox.close();
        if (problems().isEmpty()) {
            streams.leave(entered, own);
        }
        redis.close();
    }
}
