package chasqui.runtime.queue;

import chasqui.queue.redis.RedisQueues;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.support.DefaultConsumer;

/** Hands hints to a worker route. */
final class RedisQueueConsumer extends DefaultConsumer implements Suspendable {
    private final RedisQueues queues;
    private final String queue;
    private final int concurrent;

    RedisQueueConsumer(RedisQueueEndpoint endpoint, Processor route, RedisQueues queues, String queue, int concurrent) {
        super(endpoint, route);
        this.queues = queues;
        this.queue = queue;
        this.concurrent = concurrent;
    }

    private void work(String hint) {
        Exchange exchange = createExchange(false);
        exchange.getMessage().setBody(hint);
        try {
            getProcessor().process(exchange);
        } catch (Exception failure) {
            exchange.setException(failure);
        }
        if (exchange.getException() != null) {
            getExceptionHandler().handleException("queue " + queue, exchange, exchange.getException());
        }
        releaseExchange(exchange, false);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        queues.serve(queue, concurrent, this::work);
    }

    @Override
    protected void doResume() {
        queues.serve(queue, concurrent, this::work);
    }

    @Override
    protected void doSuspend() {
        queues.leave(queue);
    }

    @Override
    protected void doStop() throws Exception {
        queues.leave(queue);
        super.doStop();
    }
}
