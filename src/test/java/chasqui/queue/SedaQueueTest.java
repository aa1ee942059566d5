package chasqui.queue;

import org.apache.camel.impl.DefaultCamelContext;

/** Camel's own queues in memory do as well. */
class SedaQueueTest extends QueueTransportContract {
    @Override
    protected String pattern() {
        return "seda:{queue}?size=1000&purgeWhenStopping=true&pollTimeout=100&discardIfNoConsumers=true"
                + "&discardWhenFull=true&concurrentConsumers={concurrency}";
    }

    @Override
    protected void prepare(DefaultCamelContext camel) {}
}
