package chasqui.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import chasqui.settings.SettingsReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.camel.Endpoint;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class QueueHintsRouteTest {
    private static final List<String> QUEUES =
            IntStream.range(0, 200).mapToObj(i -> "queue_" + i).toList();
    private final String pattern = SettingsReader.read(null, Map.of(), Map.of()).text("chasqui.queue.endpoint");

    @Test
    void hints_to_workers_that_are_busy_for_hours_never_make_a_manager_fail() throws Exception {
        String endpoint = new QueueEndpoints(null, made -> {}, pattern, 1).of("ccat_buffer_deletion");
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

    @Test
    void a_worker_that_starts_while_its_first_hint_is_sent_hears_the_next_one() throws Exception {
        Set<String> heard = ConcurrentHashMap.newKeySet();
        ExecutorService manager = Executors.newSingleThreadExecutor();
        try (DefaultCamelContext camel = new DefaultCamelContext();
                AutoCloseable end = manager::shutdownNow) {
            camel.disableJMX();
            camel.start();
            QueueEndpoints queues = new QueueEndpoints(null, camel::getEndpoint, pattern, 1);
            ProducerTemplate hints = camel.createProducerTemplate();
            for (String queue : QUEUES) {
                CyclicBarrier together = new CyclicBarrier(2);
                Future<Endpoint> sending = manager.submit(() -> endpoint(camel, queues, queue, together));
                Endpoint working = endpoint(camel, queues, queue, together);
                camel.addService(working.createConsumer(hint -> heard.add(queue)));
                hints.sendBody(sending.get(), "hint");
            }
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(heard).hasSameSizeAs(QUEUES));
        }
    }

    private static Endpoint endpoint(DefaultCamelContext camel, QueueEndpoints queues, String queue, CyclicBarrier both)
            throws Exception {
        both.await();
        return camel.getEndpoint(queues.of(queue));
    }
}
