package chasqui.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.queue.Hint;
import chasqui.testing.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of hints when Redis, or a process, fails; on a real server. */
class RedisFailuresIT {
    private static final Duration LIMIT = Duration.ofSeconds(40);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Map<String, List<String>> heard = new ConcurrentHashMap<>();

    @TempDir
    private Path folder;

    @BeforeEach
    void require() {
        RedisServer.requireHere();
    }

    @AfterEach
    void close() throws Exception {
        Collections.reverse(opened);
        for (AutoCloseable one : opened) {
            one.close();
        }
        threads.shutdownNow();
    }

    @Test
    void a_process_starts_without_redis_says_so_and_hears_hints_once_it_is_there() throws Exception {
        RedisServer server = keep(RedisServer.notYet(folder));
        RedisQueues queues = queues(server, "here");
        serve(queues, "queue");
        await().atMost(LIMIT).until(() -> !queues.problems().isEmpty());
        assertThat(queues.problems()).singleElement().asString().contains(server.address(), "start it", "tried again");
        queues.look("queue");
        await().atMost(LIMIT).until(() -> heard("queue").contains("queue"));

        server.run();

        hearsAHintOf(keep(queues(server, "there")), "queue");
        await().atMost(LIMIT).until(() -> queues.problems().isEmpty());
    }

    @Test
    void hints_travel_again_after_redis_was_killed_and_started_empty() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        RedisQueues worker = queues(server, "worker");
        RedisQueues manager = queues(server, "manager");
        serve(worker, "queue");
        hearsAHintOf(manager, "queue");

        server.kill();
        await().atMost(LIMIT).until(() -> !worker.problems().isEmpty());
        manager.send("queue", 7);
        server.run();

        hearsAHintOf(manager, "queue");
        await().atMost(LIMIT)
                .until(() -> worker.problems().isEmpty() && manager.problems().isEmpty());
    }

    @Test
    void hints_travel_again_after_redis_was_flushed() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        RedisQueues worker = queues(server, "worker");
        RedisQueues manager = queues(server, "manager");
        serve(worker, "queue");
        serve(worker, "other");
        hearsAHintOf(manager, "queue");

        server.ask("FLUSHALL");

        hearsAHintOf(manager, "queue");
        hearsAHintOf(manager, "other");
        assertThat(worker.problems()).isEmpty();
    }

    @Test
    void a_manager_never_waits_for_a_redis_that_hangs_and_its_own_workers_are_woken_meanwhile() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        RedisQueues queues = queues(server, "both");
        serve(queues, "queue");
        hearsAHintOf(queues, "queue");
        server.freeze();
        try {
            Thread manager = new Thread(() -> {
                for (int i = 0; i < 50_000; i++) {
                    queues.send("queue", 1);
                }
            });
            manager.start();
            await().atMost(LIMIT).until(() -> !manager.isAlive());
            heard.clear();
            await().atMost(LIMIT).until(() -> heard("queue").contains("queue"));
            await().atMost(LIMIT).until(() -> !queues.problems().isEmpty());
            assertThat(queues.problems().get(0)).contains("does not answer within");
        } finally {
            server.thaw();
        }
        heard.clear();
        hearsAHintOf(keep(queues(server, "there")), "queue");
        await().atMost(LIMIT).until(() -> queues.problems().isEmpty());
    }

    @Test
    void a_full_redis_is_named_and_the_own_workers_are_woken_all_the_same() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        RedisQueues queues = queues(server, "both");
        serve(queues, "queue");
        hearsAHintOf(queues, "queue");
        server.ask("CONFIG", "SET", "maxmemory", "1");
        heard.clear();
        queues.send("queue", 5);
        await().atMost(LIMIT).until(() -> heard("queue").contains("queue"));
        await().atMost(LIMIT).until(() -> !queues.problems().isEmpty());
        assertThat(queues.problems()).singleElement().asString().contains("its memory is full", "maxmemory");

        server.ask("CONFIG", "SET", "maxmemory", "0");
        heard.clear();
        hearsAHintOf(queues, "queue");
        await().atMost(LIMIT).until(() -> queues.problems().isEmpty());
    }

    @Test
    void a_wrong_password_is_named_with_its_remedy_and_never_shown() throws Exception {
        RedisServer server = keep(RedisServer.start(folder, "--requirepass", "right"));
        RedisQueues wrong = queues(server, "wrong", Map.of("chasqui.redis.password", "geheim"));
        serve(wrong, "queue");
        await().atMost(LIMIT).until(() -> !wrong.problems().isEmpty());
        assertThat(wrong.problems())
                .singleElement()
                .asString()
                .contains("refuses the login of default", "CHASQUI_REDIS_PASSWORD")
                .doesNotContain("geheim");
        RedisQueues none = queues(server, "none");
        await().atMost(LIMIT).until(() -> !none.problems().isEmpty());
        assertThat(none.problems()).singleElement().asString().contains("refuses the login of default");

        server.ask("CONFIG", "SET", "requirepass", "geheim");
        await().atMost(LIMIT).until(() -> wrong.problems().isEmpty());
        hearsAHintOf(wrong, "queue");
    }

    @Test
    void a_user_needs_no_more_than_the_runbooks_acl_line_and_less_is_named() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        List<String> acl = Runbook.acl();
        server.ask(acl.toArray(String[]::new));
        server.ask("ACL", "SETUSER", "default", "off");
        Map<String, String> login = Map.of("chasqui.redis.user", "chasqui", "chasqui.redis.password", "PASSWORD");
        RedisQueues worker = queues(server, "worker", login);
        serve(worker, "queue");
        hearsAHintOf(queues(server, "manager", login), "queue");
        assertThat(worker.problems()).isEmpty();
        worker.close();
        assertThat(heard("queue")).isNotEmpty();

        Map<String, String> stranger = new java.util.HashMap<>(login);
        stranger.put("chasqui.redis.prefix", "other");
        RedisQueues elsewhere = queues(server, "elsewhere", stranger);
        await().atMost(LIMIT).until(() -> !elsewhere.problems().isEmpty());
        assertThat(elsewhere.problems()).singleElement().asString().contains("NOPERM", "docs/runbook.md");
    }

    @Test
    void a_process_that_gets_no_thread_for_a_worker_goes_on_listening() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        AtomicInteger refused = new AtomicInteger();
        RedisQueues worker = TestQueues.start(
                server.address(),
                "poor",
                task -> {
                    if (refused.getAndIncrement() == 0) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    threads.execute(task);
                },
                Map.of());
        try (worker) {
            serve(worker, "queue");
            hearsAHintOf(worker, "queue");
            assertThat(refused).hasValueGreaterThan(1);
            await().atMost(LIMIT).until(() -> worker.problems().isEmpty());
        }
    }

    @Test
    void acknowledgements_and_take_overs_that_are_refused_are_told_until_they_are_allowed() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        server.ask(Runbook.acl().toArray(String[]::new));
        RedisQueues worker =
                queues(server, "worker", Map.of("chasqui.redis.user", "chasqui", "chasqui.redis.password", "PASSWORD"));
        serve(worker, "queue");
        hearsAHintOf(worker, "queue");
        server.ask("ACL", "SETUSER", "chasqui", "-xack", "-xautoclaim");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(worker.problems())
                .anyMatch(problem -> problem.contains("'xack'"))
                .anyMatch(problem -> problem.contains("'xautoclaim'")));
        server.ask("ACL", "SETUSER", "chasqui", "+xack", "+xautoclaim");
        await().atMost(LIMIT).until(() -> worker.problems().isEmpty());
    }

    @Test
    void a_message_of_somebody_else_is_removed_and_harms_nobody() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        RedisQueues worker = queues(server, "worker");
        serve(worker, "queue");
        hearsAHintOf(worker, "queue");
        server.ask("XADD", "chasqui:queue:queue", "*", "song", "la la la");
        server.ask("XADD", "chasqui:queue:queue", "*", "operation", "42; DROP TABLE operation");
        server.ask("XADD", "chasqui:queue:queue", "*", "operation", "99999999999999999999");
        heard.clear();
        hearsAHintOf(worker, "queue");
        await().atMost(LIMIT)
                .until(() -> server.ask("XLEN", "chasqui:queue:queue").equals("0"));
        assertThat(heard("queue")).containsOnly("1");
    }

    @Test
    void what_a_killed_process_was_given_is_taken_over_and_the_process_is_taken_off_the_queue() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        Path out = folder.resolve("out.txt");
        Process dying = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HangingWorker.class.getName(),
                        server.address())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        opened.add(() -> dying.destroyForcibly().waitFor());
        await().atMost(LIMIT)
                .until(() -> server.ask("EXISTS", "chasqui:queue:queue").equals("1"));
        RedisQueues manager = queues(server, "manager");
        manager.send("queue", 77);
        await().atMost(LIMIT).until(() -> Files.readString(out).contains("took 77"));
        dying.destroyForcibly().waitFor();
        assertThat(server.ask("XPENDING", "chasqui:queue:queue", "workers")).contains("to be killed");

        serve(queues(server, "living"), "queue");

        await().atMost(LIMIT).until(() -> heard("queue").contains("77"));
        await().atMost(LIMIT).until(() -> !server.ask("XINFO", "CONSUMERS", "chasqui:queue:queue", "workers")
                .contains("to be killed"));
        await().atMost(LIMIT)
                .until(() -> server.ask("XLEN", "chasqui:queue:queue").equals("0"));
    }

    @Test
    void a_hint_leaves_redis_when_it_is_answered_and_not_when_the_work_is_done() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        RedisQueues queues = queues(server, "node");
        Semaphore claim = new Semaphore(0);
        Semaphore work = new Semaphore(0);
        queues.serve("queue", 1, hint -> {
            heard("queue").add(hint);
            claim.acquireUninterruptibly();
            Hint.answered();
            work.acquireUninterruptibly();
        });
        queues.send("queue", 1);
        await().atMost(LIMIT).until(() -> heard("queue").contains("1"));
        assertThat(server.ask("XLEN", "chasqui:queue:queue")).isEqualTo("1");
        assertThat(queues.waiting()).containsExactly(Map.entry("queue", 1));
        claim.release();
        await().atMost(LIMIT)
                .until(() -> server.ask("XLEN", "chasqui:queue:queue").equals("0"));
        assertThat(queues.waiting()).isEmpty();
        work.release();
    }

    @Test
    void a_stream_never_holds_much_more_than_the_backlog() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        RedisQueues queues = queues(server, "node", Map.of("chasqui.redis.backlog", "10"));
        for (int i = 0; i < 5_000; i++) {
            queues.send("nobody_serves_this", i);
        }
        queues.send("last", 1);
        await().atMost(LIMIT)
                .until(() -> server.ask("EXISTS", "chasqui:queue:last").equals("1"));
        assertThat(Integer.parseInt(server.ask("XLEN", "chasqui:queue:nobody_serves_this")))
                .isBetween(10, 200);
    }

    @Test
    void a_process_that_ends_leaves_nothing_of_its_own_behind() throws Exception {
        RedisServer server = keep(RedisServer.start(folder));
        RedisQueues worker = queues(server, "worker");
        serve(worker, "queue");
        hearsAHintOf(worker, "queue");
        assertThat(server.ask("XINFO", "CONSUMERS", "chasqui:queue:queue", "workers"))
                .contains("worker");
        worker.close();
        assertThat(server.ask("XINFO", "CONSUMERS", "chasqui:queue:queue", "workers"))
                .doesNotContain("worker");
        assertThat(server.ask("KEYS", "*")).isEqualTo("chasqui:queue:queue");
        await().atMost(LIMIT).until(() -> !server.ask("CLIENT", "LIST").contains("name=chasqui"));
    }

    private RedisQueues queues(RedisServer server, String consumer) {
        return queues(server, consumer, Map.of());
    }

    private RedisQueues queues(RedisServer server, String consumer, Map<String, String> settings) {
        RedisQueues queues = TestQueues.start(server.address(), consumer, threads, settings);
        opened.add(queues);
        return queues;
    }

    private <T extends AutoCloseable> T keep(T one) {
        opened.add(one);
        return one;
    }

    private void serve(RedisQueues queues, String queue) {
        queues.serve(queue, 2, hint -> heard(queue).add(hint));
    }

    private List<String> heard(String queue) {
        return heard.computeIfAbsent(queue, q -> Collections.synchronizedList(new ArrayList<>()));
    }

    /** A lost hint may be sent again: the managers do. */
    private void hearsAHintOf(RedisQueues manager, String queue) {
        heard(queue).clear();
        await().atMost(LIMIT).until(() -> {
            manager.send(queue, 1);
            return heard(queue).contains("1");
        });
    }
}
