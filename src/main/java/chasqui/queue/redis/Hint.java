package chasqui.queue.redis;

import java.util.function.Consumer;
import org.redisson.api.StreamMessageId;

/**
 * What wakes a worker. Told only once that it is answered, it leaves the stream.
 */
final class Hint {
    private static final ThreadLocal<Hint> IN_HAND = new ThreadLocal<>();

    private final ServedQueue queue;
    private final String body;
    private final StreamMessageId id;
    private final Consumer<Hint> answered;
    private boolean open = true;

    private Hint(ServedQueue queue, String body, StreamMessageId id, Consumer<Hint> answered) {
        this.queue = queue;
        this.body = body;
        this.id = id;
        this.answered = answered;
    }

    /** A hint that came through Redis. */
    static Hint heard(ServedQueue queue, String operation, StreamMessageId id, Consumer<Hint> answered) {
        return new Hint(queue, operation, id, answered);
    }

    /** A reason to look that arose in this process, and never leaves it. */
    static Hint look(ServedQueue queue) {
        return new Hint(queue, queue.name(), null, hint -> {});
    }

    /** The hint that the calling thread works on; null for none. */
    static Hint inHand() {
        return IN_HAND.get();
    }

    /** What the worker is given: the operation's id, or the queue's name. */
    String body() {
        return body;
    }

    ServedQueue queue() {
        return queue;
    }

    StreamMessageId id() {
        return id;
    }

    /** Runs a worker on it; answered at the latest when that ends. */
    void work(Consumer<String> worker) {
        IN_HAND.set(this);
        try {
            worker.accept(body);
        } finally {
            IN_HAND.remove();
            answer();
        }
    }

    /** It has served: nobody needs to see it again. */
    synchronized void answer() {
        if (open) {
            open = false;
            answered.accept(this);
        }
    }
}
