package chasqui.runtime;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.support.ScheduledPollConsumer;

/**
 * A round that found work is followed by another at once, so that a backlog does not wait for the interval after each
 * batch. The next round waits in the managers' pool behind all that are due: no stage keeps a thread from the others, and
 * a route that was stopped meanwhile has no further round. With Camel's {@code greedy} the thread would stay.
 */
public final class NextRound {
    private final Executor pool;
    private final Supplier<CamelContext> camel;
    /** Routes whose next round waits already. */
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    /** @param pool where rounds run, in the order in which they became due */
    public NextRound(Executor pool, Supplier<CamelContext> camel) {
        this.pool = pool;
        this.camel = camel;
    }

    /**
     * Asks for a round of this route unless the last one found nothing. At the end of a round: an offer that runs beside
     * another one has rows locked for a moment that the other has offered, a worker passes over what is locked, and its
     * hint is gone.
     *
     * @param found operations that it recorded, 0 or more; those that were there before do not count, or it never ends
     */
    public void after(String route, int found) {
        if (found > 0 && asked.add(route)) {
            try {
                pool.execute(() -> begin(route));
            } catch (RejectedExecutionException closing) {
                asked.remove(route);
            }
        }
    }

    private void begin(String id) {
        asked.remove(id);
        Route route = camel.get().getRoute(id);
        if (route != null && route.getConsumer() instanceof ScheduledPollConsumer loop) {
            loop.run();
        }
    }
}
