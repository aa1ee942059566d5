package chasqui.queue;

import java.util.function.Consumer;

/** What wakes a worker. Who sent it is told once that it has served. */
public final class Hint {
    private static final ThreadLocal<Hint> IN_HAND = new ThreadLocal<>();

    private final ServedQueue queue;
    private final String body;
    private final Consumer<Hint> answered;
    private boolean open = true;

    private Hint(ServedQueue queue, String body, Consumer<Hint> answered) {
        this.queue = queue;
        this.body = body;
        this.answered = answered;
    }

    /** A hint at an operation. */
    public static Hint heard(ServedQueue queue, String operation, Consumer<Hint> answered) {
        return new Hint(queue, operation, answered);
    }

    /** A reason to look that arose in this process, and never leaves it. */
    static Hint look(ServedQueue queue) {
        return new Hint(queue, queue.name(), hint -> {});
    }

    /** The hint that the calling thread works on; null for none. */
    static Hint inHand() {
        return IN_HAND.get();
    }

    /**
     * The hint that the calling thread works on has served: others need not wait for the end of the work to know.
     *
     * @return whether there is one, at an operation, and nobody knew yet
     */
    public static boolean answered() {
        Hint hint = inHand();
        return hint != null && hint.answer() && !hint.body.equals(hint.queue.name());
    }

    /** What the worker is given: the operation's id, or the queue's name. */
    String body() {
        return body;
    }

    ServedQueue queue() {
        return queue;
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

    /**
     * It has served: nobody needs to see it again.
     *
     * @return whether that is new
     */
    synchronized boolean answer() {
        boolean first = open;
        if (open) {
            open = false;
            answered.accept(this);
        }
        return first;
    }
}
