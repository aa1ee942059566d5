package chasqui.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.RedisServer;
import chasqui.testing.Tools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways to a Redis: over TLS, and by sentinels. */
class RedisAccessIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<String> heard = ConcurrentHashMap.newKeySet();

    @TempDir
    private Path folder;

    @BeforeEach
    void require() {
        RedisServer.requireHere();
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
    }

    @Test
    void hints_travel_over_tls_to_a_server_that_the_given_authority_vouches_for_and_to_no_other() throws Exception {
        certificate("server", "127.0.0.1");
        certificate("other", "127.0.0.1");
        certificate("elsewhere", "192.0.2.1");
        try (RedisServer server = tls("server");
                RedisServer elsewhere = tls("elsewhere")) {
            try (RedisQueues queues = queues(server.address(), ca("server"))) {
                hearsAHint(queues);
            }
            try (RedisQueues queues = queues(server.address(), ca("other"))) {
                await().atMost(LIMIT).until(() -> !queues.problems().isEmpty());
                assertThat(queues.problems())
                        .singleElement()
                        .asString()
                        .contains("is not trusted", "chasqui.redis.tls-ca");
            }
            try (RedisQueues queues = queues(elsewhere.address(), ca("elsewhere"))) {
                await().atMost(LIMIT).until(() -> !queues.problems().isEmpty());
                assertThat(queues.problems())
                        .as("a certificate for another host")
                        .singleElement()
                        .asString()
                        .contains("is not trusted");
            }
            try (RedisQueues queues = queues(server.address().replace("rediss:", "redis:"), Map.of())) {
                await().atMost(LIMIT).until(() -> !queues.problems().isEmpty());
            }
        }
    }

    @Test
    void sentinels_lead_to_the_master_and_to_the_next_one_when_it_is_gone() throws Exception {
        try (RedisServer master = RedisServer.start(folder);
                RedisServer replica =
                        RedisServer.start(folder, "--replicaof", "127.0.0.1", Integer.toString(master.port()));
                RedisServer sentinel = RedisServer.sentinel(folder, "observatory", master.port())) {
            await().atMost(LIMIT).until(() -> sentinel.ask("SENTINEL", "REPLICAS", "observatory")
                    .contains(Integer.toString(replica.port())));
            Map<String, String> by = Map.of("chasqui.redis.sentinel-master", "observatory");
            try (RedisQueues queues = queues(sentinel.address(), by)) {
                hearsAHint(queues);
                assertThat(master.ask("EXISTS", "chasqui:queue:queue")).isEqualTo("1");

                master.kill();

                await().atMost(LIMIT).until(() -> replica.ask("ROLE").startsWith("master"));
                hearsAHint(queues);
                await().atMost(LIMIT).until(() -> queues.problems().isEmpty());
            }
        }
    }

    private RedisQueues queues(String address, Map<String, String> settings) {
        RedisQueues queues = TestQueues.start(address, "node", threads, settings);
        queues.serve("queue", 1, heard::add);
        return queues;
    }

    private void hearsAHint(RedisQueues queues) {
        heard.clear();
        await().atMost(LIMIT).until(() -> {
            queues.send("queue", 1);
            return heard.contains("1");
        });
    }

    private Map<String, String> ca(String name) {
        return Map.of("chasqui.redis.tls-ca", folder.resolve(name + ".crt").toString());
    }

    private RedisServer tls(String name) throws Exception {
        try {
            return RedisServer.start(
                    folder,
                    "--port",
                    "0",
                    "--tls-port",
                    "{port}",
                    "--tls-cert-file",
                    folder.resolve(name + ".crt").toString(),
                    "--tls-key-file",
                    folder.resolve(name + ".key").toString(),
                    "--tls-auth-clients",
                    "no");
        } catch (AssertionError refused) {
            assumeThat(refused.getMessage())
                    .as("SKIPPED: this redis-server was built without TLS")
                    .doesNotContain("Bad directive");
            throw refused;
        }
    }

    private void certificate(String name, String address) throws Exception {
        Tools.run(
                folder,
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=IP:" + address,
                "-keyout",
                name + ".key",
                "-out",
                name + ".crt");
    }
}
