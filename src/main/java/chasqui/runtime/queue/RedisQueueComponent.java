package chasqui.runtime.queue;

import chasqui.queue.redis.RedisQueues;
import chasqui.queue.redis.RedisSettings;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/** Queues on Redis as Camel endpoints; all of them share one set of connections and threads. */
public final class RedisQueueComponent extends DefaultComponent {
    /** How an endpoint of this component begins. */
    public static final String SCHEME = "redis-queue";

    private final RedisSettings settings;
    private final String consumer;
    private ExecutorService workers;
    private RedisQueues queues;

    /** @param consumer name of this process among those that serve queues, another one at each start */
    public RedisQueueComponent(RedisSettings settings, String consumer) {
        this.settings = settings;
        this.consumer = consumer;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String queue, Map<String, Object> parameters) {
        int concurrent = getAndRemoveParameter(parameters, "concurrentConsumers", Integer.class, 1);
        if (concurrent < 1) {
            throw new IllegalArgumentException(uri + ": concurrentConsumers wants 1 or more");
        }
        return new RedisQueueEndpoint(uri, this, queue, concurrent);
    }

    RedisQueues queues() {
        return queues;
    }

    /** Why hints do not travel, and what to do; empty: they do. */
    public List<String> problems() {
        return queues == null ? List.of() : queues.problems();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        workers = getCamelContext().getExecutorServiceManager().newCachedThreadPool(this, SCHEME);
        queues = new RedisQueues(settings, consumer, workers);
        queues.start();
    }

    @Override
    protected void doStop() throws Exception {
        queues.close();
        getCamelContext().getExecutorServiceManager().shutdown(workers);
        super.doStop();
    }
}
