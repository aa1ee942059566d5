package chasqui.runtime.queue;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.support.DefaultConsumer;

/** Hands hints to a worker route. */
final class HintConsumer extends DefaultConsumer implements Suspendable, HandsOver {
    private final HintComponent component;
    private final String queue;
    private final int concurrent;
    private final AtomicInteger inHand = new AtomicInteger();
    private volatile boolean offers;

    HintConsumer(HintEndpoint endpoint, Processor route, HintComponent component, String queue, int concurrent) {
        super(endpoint, route);
        this.component = component;
        this.queue = queue;
        this.concurrent = concurrent;
    }

    /** A hint is on its way to {@link #work}. */
    void given() {
        inHand.incrementAndGet();
    }

    void work(String hint) {
        try {
            if (HintEndpoint.isOperation(hint)) {
                component.counts().receive();
            }
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
        } finally {
            inHand.decrementAndGet();
        }
    }

    boolean offers() {
        return offers;
    }

    @Override
    public void offer() {
        offers = true;
    }

    @Override
    public void keep() {
        offers = false;
        if (isStarted()) {
            begin();
        }
    }

    @Override
    public boolean hasWorkInHand() {
        return inHand.get() > 0;
    }

    private void begin() {
        component.shift(queue).begin(this, worker -> component.hints().serve(queue, concurrent, worker));
    }

    private void end() {
        component.shift(queue).end(this, () -> component.hints().leave(queue));
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        begin();
    }

    @Override
    protected void doResume() {
        begin();
    }

    @Override
    protected void doSuspend() {
        end();
    }

    @Override
    protected void doStop() throws Exception {
        end();
        super.doStop();
    }
}
