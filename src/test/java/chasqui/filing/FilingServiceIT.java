package chasqui.filing;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.api.Role;
import chasqui.api.Tokens;
import chasqui.testing.DatabaseLink;
import chasqui.testing.Installation;
import chasqui.testing.ServiceProcess;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A service process at the telescope, killed at the worst moments. */
class FilingServiceIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestDatabase database = new TestDatabase();

    @RegisterExtension
    private final Installation installation = new Installation();

    @TempDir
    private Path folder;

    private DatabaseLink link;
    private ServiceProcess node;
    private Path root;

    @BeforeEach
    void start() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        root = folder.resolve("ccat/telescope_computer").toRealPath();
        link = new DatabaseLink(database);
        installation.at(
                folder.resolve("nodes with % and # in the name"),
                Map.of("chasqui.database.url", link.url(), "chasqui.database.user", "postgres"),
                Map.of());
        node = installation.start("telescope", "api", "ccat/*", Map.of("chasqui.filing.forward", "200ms"));
        node.awaitHealthy();
    }

    @AfterEach
    void close() throws Exception {
        installation.close();
        link.close();
        database.close();
    }

    private Path spool() {
        return node.home().resolve("filing/spool");
    }

    /** As a data acquisition system does it: the file, then the request under another name, then its name. */
    private void drop(String name) throws IOException {
        Files.writeString(root.resolve(name), "content of " + name);
        Path next = Files.writeString(spool().resolve(name + ".next"), """
                {"instrument": "camera", "observation": "obs", "files": ["%s"]}
                """.formatted(name));
        Files.move(next, spool().resolve(name + ".json"), StandardCopyOption.ATOMIC_MOVE);
    }

    private long answers() throws IOException {
        Path filed = spool().resolve("filed");
        if (!Files.isDirectory(filed)) {
            return 0;
        }
        try (Stream<Path> all = Files.list(filed)) {
            return all.filter(file -> file.toString().endsWith(".answer.json")).count();
        }
    }

    private long journaled() throws IOException {
        try (Stream<Path> all = Files.list(node.home().resolve("filing/journal"))) {
            long bytes = 0;
            for (Path file : all.toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    private void awaitEachOnce(List<String> names) {
        await(() -> database.values("SELECT path FROM raw_data_file").size() >= names.size());
        assertThat(database.values("SELECT path FROM raw_data_file")).containsExactlyInAnyOrderElementsOf(names);
        assertThat(database.values("SELECT path FROM physical_copy WHERE state = 'PRESENT'"))
                .containsExactlyInAnyOrderElementsOf(names);
        assertThat(database.value("SELECT count(*) FROM filing_rejection")).isEqualTo("0");
    }

    @Test
    void a_service_killed_before_or_within_the_registration_registers_each_file_once() throws Exception {
        List<String> names = new ArrayList<>();
        names.add("answered");
        try (Handle holding = database.jdbi().open()) {
            // After the answer, before the registration.
            holding.begin();
            holding.execute("LOCK TABLE raw_data_file IN ACCESS EXCLUSIVE MODE");
            drop("answered");
            await(() -> answers() == 1);
            assertThat(journaled()).isPositive();
            node.kill();
            holding.rollback();
        }
        assertThat(database.value("SELECT count(*) FROM raw_data_file")).isEqualTo("0");
        node.start().awaitHealthy();
        awaitEachOnce(names);

        // In the middle of the registration: the files' rows are written, those of their copies are not.
        database.execute("""
                CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END $$;
                CREATE TRIGGER wait_here BEFORE INSERT ON physical_copy FOR EACH ROW EXECUTE FUNCTION wait_here()
                """);
        try (Handle holding = database.jdbi().open()) {
            holding.begin();
            holding.execute("SELECT pg_advisory_xact_lock(4711)");
            for (String name : List.of("middle1", "middle2")) {
                drop(name);
                names.add(name);
            }
            await(() -> !database.values(
                            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted")
                    .isEmpty());
            node.kill();
            holding.rollback();
        }
        node.start().awaitHealthy();
        awaitEachOnce(names);
        await(() -> journaled() == 0);
    }

    @Test
    void a_service_killed_anywhere_registers_each_file_of_the_spool_and_over_http_once() throws Exception {
        String token = new Tokens(database.jdbi()).create("camera", Role.INSTRUMENT, null, null, "test");
        int posters = 6;
        int each = 25;
        AtomicInteger answered = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(posters);
        List<Future<List<String>>> posting = new ArrayList<>();
        try {
            for (int poster = 0; poster < posters; poster++) {
                String name = "p" + poster + "-";
                posting.add(threads.submit(() -> {
                    List<String> uuids = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        Files.writeString(root.resolve(name + i), "content of " + name + i);
                        uuids.add(postUntilAnswered(token, name + i));
                        answered.incrementAndGet();
                    }
                    return uuids;
                }));
            }
            List<String> dropped = new ArrayList<>();
            for (int kill = 1; kill <= 2; kill++) {
                for (int i = 0; i < 30; i++) {
                    String name = "dropped" + kill + "-" + i;
                    drop(name);
                    dropped.add(name);
                }
                int some = 45 * kill;
                await(() -> answered.get() >= some);
                node.kill();
                node.start();
            }
            List<String> all = new ArrayList<>();
            for (Future<List<String>> one : posting) {
                all.addAll(one.get());
            }
            await(() -> answers() == dropped.size());
            int files = all.size() + dropped.size();
            await(() -> database.values("SELECT uuid FROM raw_data_file").size() >= files);
            assertThat(database.values("SELECT path FROM raw_data_file WHERE path LIKE 'dropped%'"))
                    .containsExactlyInAnyOrderElementsOf(dropped);
            assertThat(database.values("SELECT uuid FROM raw_data_file WHERE path LIKE 'p%'"))
                    .containsExactlyInAnyOrderElementsOf(all);
            for (int poster = 0; poster < posters; poster++) {
                assertThat(database.values(
                                "SELECT uuid FROM raw_data_file WHERE path LIKE 'p" + poster + "-%' ORDER BY id"))
                        .as("in the order of each instrument")
                        .isEqualTo(posting.get(poster).get());
            }
            await(() -> journaled() == 0);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_service_that_is_killed_and_started_while_the_database_is_away_files_on() throws Exception {
        String token = new Tokens(database.jdbi()).create("camera", Role.INSTRUMENT, null, null, "test");
        Path known = node.home().resolve("token-cache.json");
        await(() -> Files.exists(known) && Files.readString(known).contains("camera"));
        link.cut();
        List<String> posted = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int start = 0; start < 2; start++) {
            for (int i = 0; i < 3; i++) {
                String name = "start" + start + "-" + i;
                Files.writeString(root.resolve(name), "content of " + name);
                posted.add(postUntilAnswered(token, name));
                names.add(name);
            }
            String dropped = "dropped" + start;
            drop(dropped);
            names.add(dropped);
            int answers = start + 1;
            await(() -> answers() == answers);
            if (start < 1) {
                node.kill();
                node.start();
            }
        }
        assertThat(database.value("SELECT count(*) FROM raw_data_file")).isEqualTo("0");
        link.mend();
        awaitEachOnce(names);
        assertThat(database.values("SELECT uuid FROM raw_data_file WHERE path LIKE 'start%' ORDER BY id"))
                .as("in the order of filing, over all starts")
                .isEqualTo(posted);
        await(() -> journaled() == 0);
    }

    /** As an instrument does it: again, until somebody has answered. */
    private String postUntilAnswered(String token, String name) {
        HttpClient http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
        AtomicReference<String> uuid = new AtomicReference<>();
        await(() -> {
            Properties told = new Properties();
            try (var in = Files.newBufferedReader(node.home().resolve("api.properties"))) {
                told.load(in);
                HttpRequest request = HttpRequest.newBuilder(
                                URI.create(told.getProperty("url", "")).resolve("/api/files"))
                        .timeout(Duration.ofSeconds(10))
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + token)
                        .POST(HttpRequest.BodyPublishers.ofString("""
                                {"instrument": "camera", "observation": "obs", "files": ["%s"]}
                                """.formatted(name)))
                        .build();
                HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 200) {
                    uuid.set(new ObjectMapper()
                            .readTree(response.body())
                            .get("filed")
                            .get(0)
                            .get("uuid")
                            .asText());
                }
            } catch (IOException | IllegalArgumentException away) {
                return false;
            }
            return uuid.get() != null;
        });
        return uuid.get();
    }
}
