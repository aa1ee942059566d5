package chasqui.runtime.queue;

import chasqui.queue.Hints;
import chasqui.queue.redis.RedisQueues;
import chasqui.queue.redis.RedisSettings;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** Queues on Redis; all of them share one set of connections. */
public final class RedisQueueComponent extends HintComponent {
    /** How an endpoint of this component begins. */
    public static final String SCHEME = "redis-queue";

    private final RedisSettings settings;
    private final String consumer;
    private Collection<String> roles = List.of();
    private String node = "";
    private RedisQueues queues;

    /** @param consumer name of this process among those that serve queues, another one at each start */
    public RedisQueueComponent(RedisSettings settings, String consumer) {
        super(SCHEME);
        this.settings = settings;
        this.consumer = consumer;
    }

    /** Before it starts: what this process shows of itself in Redis, where it uses one. */
    public RedisQueueComponent showing(Collection<String> itsRoles, String itsName) {
        roles = List.copyOf(itsRoles);
        node = itsName;
        return this;
    }

    /** Why hints do not travel, and what to do; empty: they do. */
    public List<String> problems() {
        return queues == null ? List.of() : queues.problems();
    }

    @Override
    Hints hints() {
        return queues;
    }

    @Override
    void begin(ExecutorService workers) {
        queues = new RedisQueues(settings, consumer, workers);
        queues.show(roles, node);
        queues.start();
    }

    @Override
    void end() {
        queues.close();
    }
}
