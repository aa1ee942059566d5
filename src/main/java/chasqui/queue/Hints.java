package chasqui.queue;

import java.util.Map;
import java.util.function.Consumer;

/** Carries hints to workers, within this process or between machines. No call of it waits for anybody. */
public interface Hints {
    /** Hints at an operation, to whichever process serves the queue; nothing when none does. */
    void send(String queue, long operation);

    /** Wakes a worker of this process; nothing when it does not serve the queue. */
    void look(String queue);

    /**
     * Serves a queue from now on.
     *
     * @param workers hints worked on at the same time, 1 or more
     * @param worker given an operation's id, or the queue's name to look by itself; throws nothing
     * @throws IllegalStateException this process serves it already
     */
    void serve(String queue, int workers, Consumer<String> worker);

    /** How many hints wait for a worker, by queue of this process, where there are some; empty while nobody can tell. */
    Map<String, Integer> waiting();

    /** Serves it no longer; what runs goes on, and counts as its workers when it is served again. */
    void leave(String queue);
}
