package chasqui.queue;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Hints within this process. They live no longer than it does, and a queue that it does not serve gets none. */
public final class MemoryHints implements Hints {
    /** Hints of one queue that wait; for more than that, workers look by themselves. */
    private static final int LONGEST = 1000;

    private final Executor threads;
    private final Map<String, ServedQueue> served = new ConcurrentHashMap<>();
    private final LeftQueues left = new LeftQueues();

    /** @param threads where workers run; it must not limit them */
    public MemoryHints(Executor threads) {
        this.threads = threads;
    }

    @Override
    public void send(String queue, long operation) {
        ServedQueue here = served.get(queue);
        if (here != null) {
            here.wake(Hint.heard(here, Long.toString(operation), hint -> {}));
        }
    }

    @Override
    public void look(String queue) {
        ServedQueue here = served.get(queue);
        if (here != null) {
            here.look();
        }
    }

    @Override
    public synchronized void serve(String queue, int workers, Consumer<String> worker) {
        if (served.containsKey(queue)) {
            throw new IllegalStateException("queue " + queue + " has a worker route in this process already");
        }
        served.put(
                queue,
                left.serve(new ServedQueue(queue, workers, Math.max(workers, LONGEST), threads, worker, () -> {})));
    }

    @Override
    public Map<String, Integer> waiting() {
        Map<String, Integer> waiting = new TreeMap<>();
        served.forEach((queue, here) -> waiting.put(queue, here.waiting()));
        waiting.values().removeIf(hints -> hints == 0);
        return waiting;
    }

    @Override
    public synchronized void leave(String queue) {
        ServedQueue here = served.remove(queue);
        if (here != null) {
            left.leave(here);
        }
    }
}
