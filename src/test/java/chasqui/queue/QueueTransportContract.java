package chasqui.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a worker route and a manager may expect of a queue, whatever carries its hints. */
public abstract class QueueTransportContract {
    protected static final Duration LIMIT = Duration.ofSeconds(30);

    protected final DefaultCamelContext camel = new DefaultCamelContext();
    private QueueEndpoints queues;
    private ProducerTemplate hints;

    /** Value of {@code chasqui.queue.endpoint}. */
    protected abstract String pattern();

    /** Binds what the endpoints need, before the context starts. */
    protected abstract void prepare(DefaultCamelContext camel) throws Exception;

    @BeforeEach
    void start() throws Exception {
        camel.disableJMX();
        prepare(camel);
        camel.getShutdownStrategy().setTimeout(20);
        camel.start();
        queues = new QueueEndpoints(null, camel::getEndpoint, pattern(), 2);
        hints = camel.createProducerTemplate();
    }

    @AfterEach
    void stop() throws Exception {
        camel.close();
    }

    @Test
    void a_hint_reaches_a_worker_of_its_queue_and_no_other() throws Exception {
        Set<String> heard = ConcurrentHashMap.newKeySet();
        List<String> names = IntStream.range(0, 60).mapToObj(i -> "queue_" + i).toList();
        for (String name : names) {
            serve(name, exchange -> heard.add(name + " " + exchange.getMessage().getBody(String.class)));
        }
        for (int i = 0; i < names.size(); i++) {
            hint(names.get(i), i);
        }
        await().atMost(LIMIT).untilAsserted(() -> assertThat(heard)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 60)
                        .mapToObj(i -> "queue_" + i + " " + i)
                        .toList()));
    }

    @Test
    void as_many_workers_of_a_queue_are_at_work_as_its_endpoint_says_and_no_more() throws Exception {
        queues.workers("queue", 5);
        AtomicInteger working = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        Semaphore go = new Semaphore(0);
        serve("queue", exchange -> {
            most.accumulateAndGet(working.incrementAndGet(), Math::max);
            go.acquire();
            working.decrementAndGet();
            done.incrementAndGet();
        });
        for (int i = 0; i < 20; i++) {
            hint("queue", i);
        }
        await().atMost(LIMIT).until(() -> working.get() == 5);
        go.release(20);
        await().atMost(LIMIT).until(() -> done.get() == 20);
        assertThat(most).hasValue(5);
    }

    @Test
    void a_worker_that_has_finished_hears_the_next_hint() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        serve("queue", exchange -> heard.incrementAndGet());
        for (int i = 1; i <= 20; i++) {
            hint("queue", i);
            int expected = i;
            await().atMost(LIMIT).until(() -> heard.get() == expected);
        }
    }

    @Test
    void a_worker_that_fails_hears_the_next_hint() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        serve("queue", exchange -> {
            heard.incrementAndGet();
            throw new IllegalStateException("this worker fails, as its test wants");
        });
        for (int i = 1; i <= 6; i++) {
            hint("queue", i);
            int expected = i;
            await().atMost(LIMIT).until(() -> heard.get() == expected);
        }
    }

    @Test
    void a_worker_that_sends_itself_the_queues_name_goes_on_until_it_finds_nothing() throws Exception {
        queues.workers("queue", 2);
        AtomicInteger rounds = new AtomicInteger();
        String endpoint = queues.of("queue");
        serve("queue", exchange -> {
            if (rounds.incrementAndGet() < 500) {
                hints.sendBody(endpoint, "queue");
            }
        });
        hint("queue", 1);
        await().atMost(LIMIT).until(() -> rounds.get() >= 500);
    }

    @Test
    void hints_that_nobody_takes_make_no_manager_wait_or_fail() throws Exception {
        for (int i = 0; i < 3_000; i++) {
            hint("nobody_serves_this", i);
        }
        CountDownLatch working = new CountDownLatch(1);
        Semaphore go = new Semaphore(0);
        serve("busy", exchange -> {
            working.countDown();
            go.acquire();
        });
        hint("busy", 1);
        working.await();
        for (int i = 0; i < 3_000; i++) {
            hint("busy", i);
        }
        go.release(10_000);
    }

    @Test
    void a_queue_that_is_added_while_others_wait_hears_its_hints() throws Exception {
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        serve("first", exchange -> first.incrementAndGet());
        hint("first", 1);
        await().atMost(LIMIT).until(() -> first.get() == 1);
        serve("second", exchange -> second.incrementAndGet());
        await().atMost(LIMIT).until(() -> {
            hint("second", 1);
            return second.get() > 0;
        });
    }

    @Test
    void a_queue_that_is_left_finishes_its_work_and_hears_no_more_until_it_is_served_again() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        Semaphore go = new Semaphore(0);
        AtomicInteger finished = new AtomicInteger();
        serve("queue", exchange -> {
            working.countDown();
            go.acquire();
            finished.incrementAndGet();
        });
        hint("queue", 1);
        working.await();
        Thread leaving = new Thread(() -> leave("queue"));
        leaving.start();
        await().atMost(LIMIT)
                .until(() ->
                        leaving.getState() == Thread.State.WAITING || leaving.getState() == Thread.State.TIMED_WAITING);
        assertThat(finished).hasValue(0);
        go.release();
        leaving.join();
        assertThat(finished).hasValue(1);
        hint("queue", 2);

        AtomicInteger again = new AtomicInteger();
        serve("queue", exchange -> again.incrementAndGet());
        await().atMost(LIMIT).until(() -> {
            hint("queue", 3);
            return again.get() > 0;
        });
        assertThat(finished).hasValue(1);
    }

    protected final void hint(String queue, long operation) {
        hints.sendBody(queues.of(queue), operation);
    }

    private void leave(String queue) {
        try {
            camel.getRouteController().stopRoute(queue);
            camel.removeRoute(queue);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve(String queue, Processor worker) throws Exception {
        serve(queue, queue, worker);
    }

    protected final void serve(String queue, String route, Processor worker) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(queues.of(queue)).routeId(route).process(worker);
            }
        });
    }
}
