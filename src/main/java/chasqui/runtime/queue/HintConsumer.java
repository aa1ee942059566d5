package chasqui.runtime.queue;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.support.DefaultConsumer;

/** Hands hints to a worker route. */
final class HintConsumer extends DefaultConsumer implements Suspendable {
    private final HintComponent component;
    private final String queue;
    private final int concurrent;

    HintConsumer(HintEndpoint endpoint, Processor route, HintComponent component, String queue, int concurrent) {
        super(endpoint, route);
        this.component = component;
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
        component.hints().serve(queue, concurrent, this::work);
    }

    @Override
    protected void doResume() {
        component.hints().serve(queue, concurrent, this::work);
    }

    @Override
    protected void doSuspend() {
        component.hints().leave(queue);
    }

    @Override
    protected void doStop() throws Exception {
        component.hints().leave(queue);
        super.doStop();
    }
}
