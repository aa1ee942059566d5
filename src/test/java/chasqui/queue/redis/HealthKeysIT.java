package chasqui.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process shows of itself in Redis. */
class HealthKeysIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String WORKER = "chasqui:health:worker:chile";

    @BeforeEach
    void redis_is_here() {
        RedisServer.requireHere();
    }

    @Test
    void a_process_shows_each_of_its_roles_while_it_lives(@TempDir Path folder) throws Exception {
        assertThat(Rhythm.USUAL.shown()).isEqualTo(Duration.ofSeconds(30));
        ExecutorService threads = Executors.newCachedThreadPool();
        try (RedisServer server = RedisServer.start(folder)) {
            try (RedisQueues queues = new RedisQueues(
                    TestQueues.settings(server.address(), Map.of()), "chile/1", threads, TestQueues.QUICK)) {
                queues.show(List.of("worker", "api"), "chile");
                queues.start();
                // A process that gets no time for a second and a half is not shown meanwhile.
                await().atMost(LIMIT).untilAsserted(() -> {
                    assertThat(server.ask("GET", WORKER)).startsWith("20");
                    assertThat(server.ask("GET", "chasqui:health:api:chile")).startsWith("20");
                    assertThat(Long.parseLong(server.ask("PTTL", WORKER))).isBetween(1L, 1500L);
                });
                String before = server.ask("GET", WORKER);
                await().atMost(LIMIT).until(() -> !server.ask("GET", WORKER).equals(before));
                server.ask("FLUSHALL");
                await().atMost(LIMIT).until(() -> server.ask("GET", WORKER).startsWith("20"));

                server.kill();
                await().atMost(LIMIT).until(() -> !queues.problems().isEmpty());
                server.run();
                await().atMost(LIMIT).until(() -> server.ask("GET", WORKER).startsWith("20"));
            }
            await().atMost(LIMIT).until(() -> server.ask("GET", WORKER).isEmpty());
        } finally {
            threads.shutdownNow();
        }
    }
}
