package chasqui.runtime;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes worker routes down beside the work: Camel stops one at a time and lets nobody add one meanwhile, so whoever adds
 * routes must never wait for more than one of them.
 */
final class LeavingRoutes implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeavingRoutes.class);

    /** Without work in hand it takes a tenth of a second; what takes longer is left as it was, and tried again. */
    private volatile Duration longestStop = Duration.ofSeconds(5);

    private static final Duration IDLE = Duration.ofSeconds(10);

    /** A step of leaving. */
    interface Step {
        void go() throws Exception;
    }

    private final CamelContext camel;
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private final Set<String> failed = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, IDLE.toMillis(), TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread made = new Thread(task, "leaving-routes");
                made.setDaemon(true);
                return made;
            });

    LeavingRoutes(CamelContext camel) {
        this.camel = camel;
        thread.allowCoreThreadTimeOut(true);
    }

    /** @param longest how long one route may take to go */
    void limit(Duration longest) {
        longestStop = longest;
    }

    /** Lets a queue leave soon; once, however often it is asked for meanwhile. A failure is told, and asked for again. */
    void leave(String queue, Step step) {
        if (thread.isShutdown() || !asked.add(queue)) {
            return;
        }
        try {
            thread.execute(() -> go(queue, step));
        } catch (Error noThread) {
            asked.remove(queue);
            throw noThread;
        }
    }

    private void go(String queue, Step step) {
        asked.remove(queue);
        try {
            step.go();
            failed.remove(queue);
        } catch (Exception | Error failure) {
            if (failed.add(queue)) {
                log.warn("{}: its worker route cannot be taken down; tried again", queue, failure);
            }
        }
    }

    /** @return false when it is not down within the limit: it runs on as before */
    boolean remove(String route) throws Exception {
        boolean down = camel.getRoute(route) == null
                || camel.getRouteController().stopRoute(route, longestStop.toMillis(), TimeUnit.MILLISECONDS, true);
        return down && (camel.getRoute(route) == null || camel.removeRoute(route));
    }

    /** Leaves nothing of a route that could not be made. */
    void clear(String route, Exception failure) {
        try {
            remove(route);
            ModelCamelContext model = (ModelCamelContext) camel;
            RouteDefinition left = model.getRouteDefinition(route);
            if (left != null) {
                model.removeRouteDefinition(left);
            }
        } catch (Exception beside) {
            failure.addSuppressed(beside);
        }
    }

    /** What is under way ends; the rest ends with the process. */
    @Override
    public void close() {
        thread.getQueue().clear();
        thread.shutdown();
    }
}
