package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Managers that share one thread; unless said otherwise their interval is an hour. */
class NextRoundTest {
    private static final String HOUR = "3600000";

    private final ScheduledExecutorService pool = Executors.newScheduledThreadPool(1);
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final Map<String, AtomicInteger> rounds = new ConcurrentHashMap<>();

    @BeforeEach
    void configure() {
        camel.disableJMX();
        camel.getRegistry().bind("managerPool", pool);
        camel.getRegistry().bind("nextRound", new NextRound(pool, () -> camel));
    }

    @AfterEach
    void stop() {
        camel.stop();
        pool.shutdownNow();
    }

    @Test
    void rounds_follow_each_other_until_one_finds_nothing() throws Exception {
        Queue<Integer> backlog = new ConcurrentLinkedQueue<>(List.of(500, 500, 500, 500, 12));
        manager("busy", HOUR, () -> backlog.isEmpty() ? 0 : backlog.remove());
        camel.start();
        awaitRounds("busy", 6);
        passBy();
        assertThat(rounds.get("busy")).hasValue(6);
    }

    @Test
    void a_stage_with_an_endless_backlog_leaves_the_others_their_turns() throws Exception {
        manager("endless", HOUR, () -> 1);
        manager("other", "1", () -> 0);
        camel.start();
        awaitRounds("other", 20);
        awaitRounds("endless", 20);
    }

    @Test
    void a_stage_that_is_stopped_in_its_backlog_has_no_further_round_until_it_is_started() throws Exception {
        manager("endless", HOUR, () -> 1);
        camel.start();
        awaitRounds("endless", 20);
        camel.getRouteController().stopRoute("endless");
        passBy();
        int stopped = rounds.get("endless").get();
        passBy();
        assertThat(rounds.get("endless")).hasValue(stopped);
        camel.getRouteController().startRoute("endless");
        awaitRounds("endless", stopped + 20);
    }

    private void manager(String name, String delayMillis, IntSupplier finds) throws Exception {
        AtomicInteger count = rounds.computeIfAbsent(name, stage -> new AtomicInteger());
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("scheduler:" + name + "?initialDelay=0&delay=" + delayMillis
                                + "&scheduledExecutorService=#managerPool")
                        .routeId(name)
                        .process(round -> {
                            round.getMessage().setBody(finds.getAsInt());
                            count.incrementAndGet();
                        })
                        .to("bean:nextRound?method=after(${routeId}, ${body})");
            }
        });
    }

    private void awaitRounds(String name, int least) {
        await().atMost(Duration.ofSeconds(60)).until(() -> rounds.get(name).get() >= least);
    }

    /** Whatever waited in the pool has run, and what that asked for. */
    private void passBy() throws Exception {
        pool.submit(() -> {}).get();
        pool.submit(() -> {}).get();
    }
}
