package chasqui.runtime.queue;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.settings.SettingsReader;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** What a service does whose settings say nothing of queues. */
class MemoryQueueTest extends HandOverContract {
    @Override
    protected String pattern() {
        return SettingsReader.read(null, Map.of(), Map.of()).text("chasqui.queue.endpoint");
    }

    @Override
    protected void prepare(DefaultCamelContext camel) {}

    @Test
    void it_is_the_transport_of_this_package() {
        assertThat(pattern()).startsWith(MemoryQueueComponent.SCHEME + ":");
    }
}
