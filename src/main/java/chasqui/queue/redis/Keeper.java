package chasqui.queue.redis;

import chasqui.queue.ServedQueue;
import chasqui.queue.redis.Reachability.Direction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.redisson.api.RBatch;
import org.redisson.api.StreamConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes over hints that a process was given and never answered, and takes dead processes off the queues. */
final class Keeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Keeper.class);

    private final Streams streams;
    private final Reachability reachability;
    private final Rhythm rhythm;
    private final String own;
    private final Supplier<Map<String, ServedQueue>> served;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Thread thread;
    private volatile HealthKeys health;
    private long deadLookedForNanos = System.nanoTime();

    /** @param own the listener's stream; it ends by itself when nobody keeps it */
    Keeper(
            Streams streams,
            Reachability reachability,
            Rhythm rhythm,
            String own,
            Supplier<Map<String, ServedQueue>> served,
            Inbox inbox,
            Outbox outbox) {
        this.streams = streams;
        this.reachability = reachability;
        this.rhythm = rhythm;
        this.own = own;
        this.served = served;
        this.inbox = inbox;
        this.outbox = outbox;
        this.thread = Threads.daemon("redis-queues-keeper", this::run);
    }

    /** Before the start. */
    void show(HealthKeys keys) {
        health = keys;
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(rhythm.beat().toMillis());
                attempt(Direction.TAKING_OVER, this::beat);
                if (health != null) {
                    health.refresh();
                }
                if (System.nanoTime() - deadLookedForNanos > rhythm.dead().toNanos()) {
                    deadLookedForNanos = System.nanoTime();
                    attempt(Direction.TIDYING, () -> removeDead(served.get()));
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** One thing to do. */
    private interface Step {
        /** Whether Redis was asked. */
        boolean run() throws Exception;
    }

    private void attempt(Direction direction, Step step) throws InterruptedException {
        try {
            if (step.run()) {
                reachability.well(direction);
            }
        } catch (InterruptedException ended) {
            throw ended;
        } catch (Throwable failure) {
            // Errors too: without this thread nobody would take over. A Redis that is away is told of by the listener.
            if (Diagnosis.isAway(failure)) {
                log.debug("abandoned hints were not looked for", failure);
            } else {
                reachability.failed(direction, failure);
            }
        }
    }

    private boolean beat() throws Exception {
        // Shows that hints can be sent when there are none to send.
        outbox.add(own, "beat", () -> {});
        Map<String, ServedQueue> queues = served.get();
        keepOwn();
        Map<String, Integer> free = new HashMap<>();
        queues.forEach((stream, queue) -> {
            if (queue.free() > 0) {
                free.put(stream, queue.free());
            }
        });
        if (!free.isEmpty()) {
            streams.takeOver(free, rhythm.abandoned()).forEach((stream, messages) -> {
                if (!messages.isEmpty()) {
                    log.info(
                            "{}: {} hints that another process did not answer are taken over", stream, messages.size());
                    inbox.deliver(queues.get(stream), stream, messages);
                }
            });
        }
        return !free.isEmpty();
    }

    private void keepOwn() throws Exception {
        RBatch batch = streams.batch();
        Streams.in(batch, own).expireAsync(rhythm.dead());
        streams.run(batch);
    }

    private boolean removeDead(Map<String, ServedQueue> queues) throws Exception {
        Map<String, List<String>> dead = new HashMap<>();
        streams.consumers(queues.keySet()).forEach((stream, consumers) -> {
            for (StreamConsumer consumer : consumers) {
                if (consumer.getPending() == 0
                        && consumer.getIdleTime() > rhythm.dead().toMillis()) {
                    dead.computeIfAbsent(stream, s -> new ArrayList<>()).add(consumer.getName());
                }
            }
        });
        if (!dead.isEmpty()) {
            streams.remove(dead);
        }
        return true;
    }

    @Override
    public void close() {
        thread.interrupt();
        Threads.end(thread, streams.longest());
    }
}
