package chasqui.runtime;

import org.apache.camel.Exchange;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeCompletedEvent;
import org.apache.camel.support.EventNotifierSupport;

/** Tells {@link Rounds} of every round that a scheduled route completed without an error. */
final class RoundsNotifier extends EventNotifierSupport {
    private static final String LOOP = "scheduler:";
    private final Rounds rounds;

    RoundsNotifier(Rounds rounds) {
        this.rounds = rounds;
        setIgnoreCamelContextEvents(true);
        setIgnoreCamelContextInitEvents(true);
        setIgnoreRouteEvents(true);
        setIgnoreServiceEvents(true);
        setIgnoreStepEvents(true);
        setIgnoreExchangeAsyncProcessingStartedEvents(true);
        setIgnoreExchangeCreatedEvent(true);
        setIgnoreExchangeFailedEvents(true);
        setIgnoreExchangeRedeliveryEvents(true);
        setIgnoreExchangeSentEvents(true);
        setIgnoreExchangeSendingEvents(true);
    }

    static boolean isLoop(String endpointUri) {
        return endpointUri.startsWith(LOOP);
    }

    @Override
    public void notify(CamelEvent event) {
        Exchange exchange = ((ExchangeCompletedEvent) event).getExchange();
        // An error that a route handled leaves this property: such a round did not complete.
        boolean well = exchange.getProperty(Exchange.EXCEPTION_CAUGHT) == null;
        if (well
                && exchange.getFromEndpoint() != null
                && isLoop(exchange.getFromEndpoint().getEndpointUri())) {
            rounds.completed(exchange.getFromRouteId());
        }
    }

    @Override
    public boolean isEnabled(CamelEvent event) {
        return event instanceof ExchangeCompletedEvent;
    }
}
