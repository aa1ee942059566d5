package chasqui.queue;

import chasqui.settings.SettingsReader;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;

class SedaQueueTest extends QueueTransportContract {
    @Override
    protected String pattern() {
        return SettingsReader.read(null, Map.of(), Map.of()).text("chasqui.queue.endpoint");
    }

    @Override
    protected void prepare(DefaultCamelContext camel) {}
}
