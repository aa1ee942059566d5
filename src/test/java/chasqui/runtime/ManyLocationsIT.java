package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.testing.RedisServer;
import chasqui.testing.TestDatabase;
import chasqui.topology.Surroundings;
import chasqui.topology.TopologyUpdate;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.ObjectName;
import org.apache.camel.Route;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process that serves as many data locations as a large observatory has. */
class ManyLocationsIT {
    private static final int SITES = 20;
    private static final List<String> AT_EACH = List.of(
            "SOURCE source_1",
            "SOURCE source_2",
            "SOURCE source_3",
            "BUFFER buffer_1",
            "BUFFER buffer_2",
            "BUFFER buffer_3",
            "BUFFER buffer_4",
            "BUFFER buffer_5",
            "LONG_TERM_ARCHIVE lta",
            "PROCESSING cluster");
    private static final int LOCATIONS = SITES * AT_EACH.size();
    private static final int QUEUES = 600;
    private static final int MOST_CONNECTIONS = 8;
    private static final int MOST_THREADS = 150;
    private static final int MOST_BEANS_OF_A_QUEUE = 4;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final TestDatabase database = new TestDatabase();
    private final Set<Thread> before = Thread.getAllStackTraces().keySet();

    @TempDir
    private Path folder;

    @BeforeEach
    void a_large_topology() throws Exception {
        Path topology = folder.resolve("topology.yaml");
        StringBuilder text = new StringBuilder("observatory: large\ntelescope: large\nsites:\n");
        for (int site = 0; site < SITES; site++) {
            text.append("  - short_name: s" + site + "\n    locations:\n");
            for (String location : AT_EACH) {
                String name = location.replaceFirst(".* ", "");
                Path root = Files.createDirectories(folder.resolve("s" + site).resolve(name));
                text.append("      - { name: %s, type: %s, storage: DISK, root: \"%s\" }%n"
                        .formatted(name, location.replaceFirst(" .*", ""), root));
            }
        }
        Files.writeString(topology, text);
        new TopologyUpdate(database.jdbi(), new Surroundings(Map.of(), Set.of(), name -> true)).apply(topology, "test");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void it_serves_all_their_queues_with_few_threads_and_few_beans() throws Exception {
        serves(Map.of(), () -> {});
    }

    @Test
    void and_with_few_connections_where_hints_come_through_redis() throws Exception {
        try (RedisServer redis = RedisServer.start(folder)) {
            serves(
                    Map.of(
                            "chasqui.queue.endpoint",
                            "redis-queue:{queue}?concurrentConsumers={concurrency}",
                            "chasqui.redis.address",
                            redis.address()),
                    () -> assertThat(redis.ask("CLIENT", "LIST").lines().filter(one -> one.contains("name=chasqui")))
                            .hasSizeBetween(1, MOST_CONNECTIONS));
        }
    }

    private interface Look {
        void run() throws Exception;
    }

    private void serves(Map<String, String> more, Look look) throws Exception {
        Map<String, String> set = new HashMap<>(Map.of(
                "chasqui.home",
                folder.resolve("home").toString(),
                "chasqui.api.port",
                "0",
                "chasqui.management.port",
                "0"));
        set.putAll(database.settings());
        set.putAll(more);
        Settings settings = SettingsReader.read(null, Map.of(), set);
        try (Foundation foundation = Foundation.open(settings);
                Service service = Service.start(foundation, settings)) {
            await().atMost(LIMIT)
                    .until(() -> service.camel().getRoutes().stream()
                                    .filter(Route::isCreatedByRouteTemplate)
                                    .count()
                            == QUEUES);
            assertThat(database.values("SELECT count(*)::text FROM data_location WHERE active"))
                    .containsExactly(Integer.toString(LOCATIONS));
            await("threads that tried the locations end").atMost(LIMIT).until(() -> threads() <= MOST_THREADS);
            look.run();
            assertThat(beans(service)).isLessThan(MOST_BEANS_OF_A_QUEUE * QUEUES);
        }
    }

    private long threads() {
        Set<Thread> ours = new HashSet<>(Thread.getAllStackTraces().keySet());
        ours.removeAll(before);
        return ours.size();
    }

    private static long beans(Service service) throws Exception {
        return ManagementFactory.getPlatformMBeanServer()
                .queryNames(
                        new ObjectName(
                                "org.apache.camel:context=" + service.camel().getManagementName() + ",*"),
                        null)
                .size();
    }
}
