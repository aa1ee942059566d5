package chasqui.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As many queues as 200 data locations have, in one process. */
class ManyQueuesIT {
    private static final int QUEUES = 600;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void six_hundred_queues_take_few_connections_and_no_threads_while_idle(@TempDir Path folder) throws Exception {
        Set<String> heard = ConcurrentHashMap.newKeySet();
        ExecutorService threads = Executors.newCachedThreadPool();
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (RedisServer server = RedisServer.start(folder);
                RedisQueues queues = TestQueues.start(server.address(), "node", threads, Map.of())) {
            for (int i = 0; i < QUEUES; i++) {
                String queue = "site_location_operation_" + i;
                queues.serve(queue, 2, hint -> heard.add(queue + " " + hint));
            }
            for (int i = 0; i < QUEUES; i++) {
                queues.send("site_location_operation_" + i, i);
            }
            await().atMost(LIMIT).until(() -> heard.size() == QUEUES);
            assertThat(server.ask("CLIENT", "LIST").lines().filter(client -> client.contains("name=chasqui")))
                    .hasSizeLessThanOrEqualTo(8);
            threads.shutdown();
            await().atMost(LIMIT).until(threads::isTerminated);
            Set<Thread> ours =
                    new java.util.HashSet<>(Thread.getAllStackTraces().keySet());
            ours.removeAll(before);
            assertThat(ours).hasSizeLessThan(20);
        }
    }
}
