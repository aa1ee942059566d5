package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.embedded.RestartablePostgres;
import chasqui.filing.Filing;
import chasqui.filing.FilingRequest;
import chasqui.pipeline.Lease;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.storage.Progress;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import chasqui.transfer.ByteMover;
import chasqui.transfer.CopyMethod;
import chasqui.transfer.Transfer;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/** Packages on their way through a small observatory, held in the middle of their transfer until they are let go. */
final class WorkInHand {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int PACKAGES = 3;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static final AtomicInteger NIGHT = new AtomicInteger();
    private static final AtomicInteger UNDER_WAY = new AtomicInteger();
    private static volatile CountDownLatch gate = new CountDownLatch(1);

    private static final String ROUTE = """
            - route:
                id: transfer-held
                group: transfer
                description: "Copies when it is let go"
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: "direct:transfer-held"
                  steps:
                    - to: { uri: "class:chasqui.endtoend.WorkInHand$HeldMethod?method=move(${body}, ${exchangeProperty.transfer})" }
            """;

    private final Path folder;
    private final Settings settings;
    private long lastBefore;

    /** As {@code cp}, from the moment it is let go. */
    public static final class HeldMethod implements ByteMover {
        @Override
        public void move(Lease lease, Transfer transfer) throws Exception {
            UNDER_WAY.incrementAndGet();
            try {
                lease.phase("held", 0, Duration.ofMinutes(5));
                gate.await();
                new CopyMethod().move(lease, transfer);
            } finally {
                UNDER_WAY.decrementAndGet();
            }
        }
    }

    /** @param set settings of the service, over those of a hurried one */
    WorkInHand(Path folder, Map<String, String> set) throws Exception {
        this.folder = Files.createDirectories(folder);
        Path routes = Files.createDirectory(folder.resolve("routes"));
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.toList()) {
                Files.copy(file, routes.resolve(file.getFileName()));
            }
        }
        Files.writeString(routes.resolve("transfer-held.camel.yaml"), ROUTE);
        Map<String, String> all = new HashMap<>(Map.ofEntries(
                Map.entry("chasqui.home", folder.resolve("home").toString()),
                Map.entry("chasqui.routes", routes.toString()),
                Map.entry("chasqui.management.port", "0"),
                Map.entry("chasqui.api.port", "0"),
                Map.entry("chasqui.transfer.method", "held"),
                Map.entry("chasqui.transfer.concurrency", "10"),
                Map.entry("chasqui.worker.concurrency", "4"),
                Map.entry("chasqui.manager.interval", "300ms"),
                Map.entry("chasqui.worker.look", "500ms"),
                Map.entry("chasqui.monitor.interval", "1s"),
                Map.entry("chasqui.lease.duration", "10s"),
                Map.entry("chasqui.lease.renew", "1s"),
                Map.entry("chasqui.lease.stall", "12s"),
                Map.entry("chasqui.preflight.retry", "1s"),
                Map.entry("chasqui.park.first", "1s"),
                Map.entry("chasqui.park.longest", "2s"),
                Map.entry("chasqui.assembly.target-size", "1kB"),
                Map.entry("chasqui.assembly.max-wait", "0s")));
        all.putAll(set);
        this.settings = SettingsReader.read(null, Map.of(), all);
        settings.requireValid();
    }

    Settings settings() {
        return settings;
    }

    void topology(Jdbi database) throws Exception {
        TestTopology.on(database, folder);
    }

    /** Returns when as many transfers as there are packages are under way. */
    void begin(Jdbi database) throws Exception {
        gate = new CountDownLatch(1);
        lastBefore = number(database, "SELECT coalesce(max(id), 0) FROM operation_history");
        int night = NIGHT.incrementAndGet();
        for (int i = 0; i < PACKAGES; i++) {
            Path files = Files.createDirectories(
                    folder.resolve("ccat/telescope_computer").toRealPath().resolve("night-" + night + "-" + i));
            Files.write(files.resolve("file"), new byte[10_000 + i]);
            new Filing(database, new Locations(database))
                    .file(new FilingRequest(files, "camera", null, "night-" + night + "-" + i, true), Progress.NONE);
        }
        await().atMost(LIMIT).until(() -> UNDER_WAY.get() == PACKAGES);
    }

    void letGo() {
        gate.countDown();
    }

    /** The node is heard of again: soon, whatever became of its older connections. */
    void awaitBeat(RestartablePostgres database) {
        await().atMost(LIMIT).ignoreExceptions().until(() -> database.ask(
                        "SELECT heartbeat_at > clock_timestamp() - interval '3 s' FROM node")
                .equals("t"));
    }

    /** Whatever came of it, the bytes of all that was let go have moved. */
    void awaitNothingUnderWay() {
        await().atMost(LIMIT).until(() -> UNDER_WAY.get() == 0);
    }

    /** Everything is archived at both sites, each operation was completed once, and nothing was charged to any. */
    void awaitEverythingDoneOnce(Jdbi database) {
        await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> assertThat(left(database))
                .isEmpty());
        assertThat(strings(database, """
                        SELECT type || ' ' || subject_id || ': ' || status || ', attempt ' || attempt || ', stalls ' || stalls
                          FROM operation_history
                         WHERE id > %d AND (status <> 'COMPLETED' OR attempt > 0 OR stalls > 0)
                        """.formatted(lastBefore)))
                .as("charged to the work")
                .isEmpty();
        assertThat(strings(database, """
                        SELECT type || ' ' || subject_id || ' at ' || data_location_id FROM operation_history
                         WHERE type <> 'verification' GROUP BY type, subject_id, data_location_id HAVING count(*) > 1
                        """)).as("done twice").isEmpty();
        assertThat(strings(database, """
                        SELECT DISTINCT outcome || ' ' || failure_kind || ' ' || coalesce(message, '') FROM operation_attempt
                         WHERE failure_kind <> 'PLATFORM' OR outcome = 'STALLED'
                        """))
                .as("charged to others than the platform")
                .isEmpty();
        awaitHealthy();
    }

    void awaitHealthy() {
        await().atMost(LIMIT).ignoreExceptions().until(() -> health("ready").statusCode() == 200);
    }

    private static List<String> left(Jdbi database) {
        List<String> left = strings(database, """
                SELECT type || ' ' || subject_id || ' ' || status || ' ' || coalesce(waits_for, failure_message, '') FROM operation
                """);
        left.addAll(strings(database, """
                SELECT name || ' is in ' || n || ' archives'
                  FROM (SELECT p.name, count(c.id) AS n FROM raw_data_package p
                          LEFT JOIN (physical_copy c JOIN data_location l ON l.id = c.data_location_id
                                        AND l.location_type = 'LONG_TERM_ARCHIVE')
                            ON c.raw_data_package_id = p.id AND c.state = 'PRESENT'
                         GROUP BY p.name) x WHERE n <> 2
                """));
        return left;
    }

    /** Readiness says so, liveness asks for no restart. */
    void awaitUnhealthy(String... words) {
        await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            HttpResponse<String> ready = health("ready");
            assertThat(ready.body()).contains(words);
            assertThat(ready.statusCode()).isEqualTo(503);
        });
        HttpResponse<String> live = health("live");
        assertThat(live.statusCode()).as(live.body()).isEqualTo(200);
    }

    /** @param kind ready, live, or empty for all */
    HttpResponse<String> health(String kind) {
        Properties told = new Properties();
        try (Reader in = Files.newBufferedReader(folder.resolve("home/management.properties"))) {
            told.load(in);
            URI health = URI.create(told.getProperty("url")).resolve("/observe/health/" + kind);
            return HTTP.send(
                    HttpRequest.newBuilder(health)
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    private static long number(Jdbi database, String sql) {
        return database.withHandle(db -> db.createQuery(sql).mapTo(Long.class).one());
    }

    private static List<String> strings(Jdbi database, String sql) {
        return database.withHandle(db -> new java.util.ArrayList<>(
                db.createQuery(sql).mapTo(String.class).list()));
    }
}
