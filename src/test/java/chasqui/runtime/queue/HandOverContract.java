package chasqui.runtime.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.queue.QueueTransportContract;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Processor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an edit of a route may expect of a queue whose work is in hand. */
abstract class HandOverContract extends QueueTransportContract {
    private final Semaphore go = new Semaphore(0);
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final Set<String> heard = ConcurrentHashMap.newKeySet();

    @AfterEach
    void end() {
        go.release(1000);
    }

    @Test
    void a_route_takes_a_queue_over_whose_hints_are_all_heard_within_its_limit() throws Exception {
        serve("queue", "first", work("first"));
        for (int i = 0; i < 4; i++) {
            hint("queue", i);
        }
        await().atMost(LIMIT).until(() -> working.get() == 2);
        HandsOver first = consumer("first");
        first.offer();
        serve("queue", "second", work("second"));
        assertThat(first.hasWorkInHand()).isTrue();
        go.release();
        await().atMost(LIMIT).until(() -> heard.size() == 3);
        go.release(10);
        await().atMost(LIMIT).until(() -> heard.size() == 4 && working.get() == 0);
        assertThat(heard.stream().filter(one -> one.startsWith("first"))).hasSize(2);
        assertThat(most).hasValue(2);
        await().atMost(LIMIT).until(() -> !first.hasWorkInHand());

        camel.getRouteController().stopRoute("first");
        camel.removeRoute("first");
        hint("queue", 4);
        await().atMost(LIMIT).until(() -> heard.contains("second 4"));
    }

    @Test
    void a_queue_that_nobody_offers_is_taken_over_by_nobody() throws Exception {
        serve("queue", "first", work("first"));
        assertThatThrownBy(() -> serve("queue", "second", work("second")))
                .hasStackTraceContaining("queue queue has a worker route in this process already");
        HandsOver first = consumer("first");
        first.offer();
        first.keep();
        assertThatThrownBy(() -> serve("queue", "third", work("third")))
                .hasStackTraceContaining("queue queue has a worker route in this process already");
        go.release();
        hint("queue", 1);
        await().atMost(LIMIT).until(() -> heard.contains("first 1"));
    }

    @Test
    void who_could_not_take_a_queue_over_leaves_it_to_the_one_before() throws Exception {
        serve("queue", "first", work("first"));
        HandsOver first = consumer("first");
        first.offer();
        serve("queue", "second", work("second"));
        camel.getRouteController().stopRoute("second");
        first.keep();
        go.release();
        hint("queue", 1);
        await().atMost(LIMIT).until(() -> heard.contains("first 1"));
    }

    @Test
    void the_limit_of_a_queue_holds_though_it_was_left_and_is_served_again_with_work_in_hand() throws Exception {
        serve("queue", "first", work("first"));
        hint("queue", 0);
        hint("queue", 1);
        await().atMost(LIMIT).until(() -> working.get() == 2);
        HandsOver first = consumer("first");
        first.offer();
        serve("queue", "second", work("second"));
        camel.getRouteController().stopRoute("second");
        first.keep();
        hint("queue", 2);
        hint("queue", 3);
        go.release();
        await().atMost(LIMIT).until(() -> heard.size() == 3);
        go.release(10);
        await().atMost(LIMIT).until(() -> heard.size() == 4 && working.get() == 0);
        assertThat(most).hasValue(2);
    }

    private Processor work(String route) {
        return exchange -> {
            most.accumulateAndGet(working.incrementAndGet(), Math::max);
            heard.add(route + " " + exchange.getMessage().getBody(String.class));
            go.acquire();
            working.decrementAndGet();
        };
    }

    private HandsOver consumer(String route) {
        return (HandsOver) camel.getRoute(route).getConsumer();
    }
}
