package chasqui.runtime.queue;

import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/** One queue. A body that is an operation's id is a hint for everybody; any other is a reason for this process to look. */
final class HintEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {
    private static final String OPERATION = "\\d{1,18}";

    private final HintComponent component;
    private final String queue;
    private final int concurrentConsumers;

    HintEndpoint(String uri, HintComponent component, String queue, int concurrentConsumers) {
        super(uri, component);
        this.component = component;
        this.queue = queue;
        this.concurrentConsumers = concurrentConsumers;
    }

    static boolean isOperation(String body) {
        return body != null && body.matches(OPERATION);
    }

    @Override
    public Producer createProducer() {
        return new DefaultProducer(this) {
            @Override
            public void process(Exchange exchange) {
                String body = exchange.getMessage().getBody(String.class);
                if (isOperation(body)) {
                    component.counts().send();
                    component.hints().send(queue, Long.parseLong(body));
                } else {
                    component.hints().look(queue);
                }
            }
        };
    }

    /** One after another; two at once are refused when the second starts. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    @Override
    public Consumer createConsumer(Processor route) throws Exception {
        HintConsumer consumer = new HintConsumer(this, route, component, queue, concurrentConsumers);
        configureConsumer(consumer);
        return consumer;
    }
}
