package chasqui.runtime.queue;

import chasqui.queue.HintCounts;
import chasqui.queue.Hints;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/** Queues as Camel endpoints {@code SCHEME:NAME?concurrentConsumers=N}; all share one set of threads, made on demand. */
abstract class HintComponent extends DefaultComponent {
    private final String scheme;
    private final Map<String, Shift> shifts = new ConcurrentHashMap<>();
    private ExecutorService workers;
    private HintCounts counts = new HintCounts();

    HintComponent(String scheme) {
        this.scheme = scheme;
    }

    Shift shift(String queue) {
        return shifts.computeIfAbsent(queue, Shift::new);
    }

    /** What carries the hints of all endpoints, once this is started. */
    abstract Hints hints();

    HintCounts counts() {
        return counts;
    }

    /** @param workers where workers run: a thread is there while there is work, and one minute more */
    abstract void begin(ExecutorService workers);

    abstract void end();

    @Override
    protected Endpoint createEndpoint(String uri, String queue, Map<String, Object> parameters) {
        int concurrent = getAndRemoveParameter(parameters, "concurrentConsumers", Integer.class, 1);
        if (concurrent < 1) {
            throw new IllegalArgumentException(uri + ": concurrentConsumers wants 1 or more");
        }
        return new HintEndpoint(uri, this, queue, concurrent);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        workers = getCamelContext().getExecutorServiceManager().newCachedThreadPool(this, scheme);
        begin(workers);
        HintCounts ofAll = getCamelContext().getRegistry().findSingleByType(HintCounts.class);
        counts = ofAll == null ? counts : ofAll;
        counts.waitAt(() -> hints().waiting());
    }

    @Override
    protected void doStop() throws Exception {
        end();
        getCamelContext().getExecutorServiceManager().shutdown(workers);
        super.doStop();
    }
}
