package chasqui.runtime;

import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.service.ServiceSupport;

/** For routes that begin with a request, where there is no web server: they are built, and nothing ever comes. */
final class SilentHttp extends ServiceSupport implements PlatformHttpEngine {
    /** Under this name Camel looks for an engine. */
    static final String NAME = "platform-http-engine";

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new Nobody(endpoint, processor);
    }

    private static final class Nobody extends DefaultConsumer implements PlatformHttpConsumer {
        private final PlatformHttpEndpoint endpoint;

        Nobody(PlatformHttpEndpoint endpoint, Processor processor) {
            super(endpoint, processor);
            this.endpoint = endpoint;
        }

        @Override
        public PlatformHttpEndpoint getEndpoint() {
            return endpoint;
        }
    }
}
