package chasqui.queue;

import static org.assertj.core.api.Assertions.assertThatCode;

import chasqui.settings.SettingsReader;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class QueueHintsRouteTest {
    private final String pattern = SettingsReader.read(null, Map.of(), Map.of()).text("chasqui.queue.endpoint");

    @Test
    void hints_to_workers_that_are_busy_for_hours_never_make_a_manager_fail() throws Exception {
        String endpoint = new QueueEndpoints(null, pattern, 1).of("ccat_buffer_deletion");
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch working = new CountDownLatch(1);
        try (DefaultCamelContext camel = new DefaultCamelContext();
                AutoCloseable ready = busy::countDown) {
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from(endpoint).process(hint -> {
                        working.countDown();
                        busy.await();
                    });
                }
            });
            camel.start();
            ProducerTemplate hints = camel.createProducerTemplate();
            hints.sendBody(endpoint, "first");
            working.await();
            assertThatCode(() -> {
                        for (int i = 0; i < 1_100; i++) {
                            hints.sendBody(endpoint, "hint");
                        }
                    })
                    .doesNotThrowAnyException();
        }
    }
}
