package chasqui.queue;

import java.util.HashMap;
import java.util.Map;

/** Queues that were left while their workers were at work. Who serves one anew has these workers, too, so its limit holds. */
public final class LeftQueues {
    /** By name. */
    private final Map<String, ServedQueue> left = new HashMap<>();

    /** No new work for it; what runs goes on. */
    public synchronized void leave(ServedQueue queue) {
        queue.close();
        left.values().removeIf(one -> !one.isBusy());
        if (queue.isBusy()) {
            left.put(queue.name(), queue);
        }
    }

    /**
     * Begins to serve a queue.
     *
     * @param wanted as it shall be; nobody knows it yet
     * @return what serves it: the one that was left, where that is still at work
     */
    public synchronized ServedQueue serve(ServedQueue wanted) {
        ServedQueue before = left.remove(wanted.name());
        if (before == null || !before.isBusy()) {
            return wanted;
        }
        before.openAs(wanted);
        return before;
    }
}
