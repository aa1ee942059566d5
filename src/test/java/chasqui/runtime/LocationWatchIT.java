package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.command.PreflightReport;
import chasqui.inspection.NodeReader;
import chasqui.inspection.QueueReader;
import chasqui.inspection.StatusReader;
import chasqui.inspection.StatusText;
import chasqui.pipeline.NodeIdentity;
import chasqui.preflight.Check;
import chasqui.preflight.Finding;
import chasqui.preflight.Preflights;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import chasqui.topology.StoredTopology;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.ObjectName;
import org.apache.camel.health.HealthCheck;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service one of whose locations cannot be used: it says so everywhere, serves the others, and mends by itself. */
class LocationWatchIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestDatabase database = new TestDatabase();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private Path archive;
    private Settings settings;

    @BeforeEach
    void a_topology_without_one_of_its_folders() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        archive = folder.resolve("us/lta").toRealPath();
        Files.delete(archive);
        settings = settings("1s");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Settings settings(String retry) {
        Map<String, String> set = new HashMap<>(database.settings());
        set.putAll(Map.of(
                "chasqui.home",
                folder.resolve("home").toString(),
                "chasqui.node.name",
                "everywhere",
                "chasqui.management.port",
                "0",
                "chasqui.api.port",
                "0",
                "chasqui.preflight.retry",
                retry));
        Settings read = SettingsReader.read(null, Map.of(), set);
        read.requireValid();
        return read;
    }

    @Test
    void a_location_that_fails_is_told_everywhere_and_served_when_it_is_back() throws Exception {
        try (Foundation foundation = Foundation.open(settings);
                Service service = Service.start(foundation, settings)) {
            assertThat(service.camel().getRoute("us_buffer_deletion")).isNotNull();
            assertThat(service.camel().getRoute("us_lta_verification")).isNull();
            await().atMost(LIMIT)
                    .until(() -> database.value("SELECT count(*) FROM preflight_finding WHERE node = 'everywhere'")
                            .equals("1"));
            assertThat(new NodeReader(database.jdbi()).read().get(0).warnings())
                    .containsExactly("it does not do all work at 1 location that it reaches");
            assertThat(StatusText.of(new StatusReader(database.jdbi()).read()))
                    .contains("Locations that fail their preflight")
                    .contains("us/lta: " + archive + " is not there; mount it");
            assertThat(new QueueReader(database.jdbi(), LIMIT).read())
                    .filteredOn(queue -> queue.queue().equals("us_lta_verification"))
                    .singleElement()
                    .satisfies(queue -> {
                        assertThat(queue.nodes()).isEmpty();
                        assertThat(queue.warning()).startsWith("nobody serves this: at everywhere it fails: us/lta: ");
                    });
            assertThat(health("/observe/health"))
                    .contains("\"name\":\"locations\",\"status\":\"DOWN\"")
                    .contains("is not there; mount it");
            for (String path : List.of("/observe/health/live", "/observe/health/ready")) {
                assertThat(health(path)).as("the others are served").doesNotContain("\"locations\"");
            }

            Files.createDirectory(archive);
            await().atMost(LIMIT).until(() -> service.camel().getRoute("us_lta_verification") != null);
            await().atMost(LIMIT).until(() -> database.value("SELECT count(*) FROM preflight_finding")
                    .equals("0"));
            assertThat(health("/observe/health"))
                    .contains("\"name\":\"locations\",\"status\":\"UP\"")
                    .contains("\"name\":\"tasks\",\"status\":\"UP\"");
        }
    }

    private String health(String path) throws Exception {
        Properties told = new Properties();
        try (var in = Files.newBufferedReader(folder.resolve("home/management.properties"))) {
            told.load(in);
        }
        URI health = URI.create(told.getProperty("url")).resolve(path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void what_keeps_no_work_away_is_told_and_takes_nothing_down() throws Exception {
        Check full =
                new Check("disk", 1, Finding.EVERYTHING, LIMIT, () -> List.of(Finding.told("disk", "no space left")));
        try (Preflights preflights = new Preflights(location -> List.of(full), LIMIT, () -> {});
                Pool pool = new Pool()) {
            LocationWatch watch = watch(preflights, pool, "us/lta");
            watch.follow(new Locations(database.jdbi()).refresh());
            assertThat(preflights.await(LIMIT)).isTrue();
            assertThat(watch.told()).containsExactly("us/lta: disk: no space left");
            HealthCheck.Result result =
                    new HealthProbe("locations", HealthProbe.Concern.SYSTEM, watch::problems, watch::told).call();
            assertThat(result.getState()).isEqualTo(HealthCheck.State.UP);
            assertThat(result.getDetails()).containsEntry("told", "us/lta: disk: no space left");
        }
    }

    @Test
    void what_was_found_is_written_again_when_the_node_had_been_forgotten() throws Exception {
        Check full =
                new Check("disk", 1, Finding.EVERYTHING, LIMIT, () -> List.of(Finding.told("disk", "no space left")));
        try (Preflights preflights = new Preflights(location -> List.of(full), LIMIT, () -> {});
                Pool pool = new Pool()) {
            LocationWatch watch = watch(preflights, pool, "us/lta");
            watch.follow(new Locations(database.jdbi()).refresh());
            assertThat(preflights.await(LIMIT)).isTrue();
            watch.started(() -> {});
            String written = "SELECT count(*) FROM preflight_finding";
            await().atMost(LIMIT).until(() -> database.value(written).equals("1"));
            database.execute("DELETE FROM preflight_finding");
            watch.forgotten();
            await().atMost(LIMIT).until(() -> database.value(written).equals("1"));
        }
    }

    @Test
    void many_changes_at_once_are_written_by_one_and_followed_once_more() throws Exception {
        AtomicInteger followed = new AtomicInteger();
        try (Preflights preflights = new Preflights(location -> List.of(), LIMIT, () -> {});
                Pool pool = new Pool();
                Handle other = database.jdbi().open()) {
            LocationWatch watch = watch(preflights, pool, "us/lta");
            watch.started(followed::incrementAndGet);
            other.begin();
            other.execute("LOCK TABLE preflight_finding IN ACCESS EXCLUSIVE MODE");
            watch.changed();
            await().atMost(LIMIT).until(() -> waiting() == 1);
            for (int change = 0; change < 20; change++) {
                watch.changed();
            }
            assertThat(waiting()).isEqualTo(1);
            other.commit();
            await().atMost(LIMIT).until(() -> followed.get() > 0 && pool.getActiveCount() == 0);
        }
        assertThat(followed).hasValueLessThanOrEqualTo(3);
    }

    @Test
    void an_error_in_a_round_of_the_preflights_is_told_and_the_next_round_goes_on() throws Exception {
        AtomicBoolean spent = new AtomicBoolean(true);
        Jdbi sometimes = Jdbi.create(() -> {
            if (spent.get()) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return database.database().dataSource().getConnection();
        });
        try (Preflights preflights = new Preflights(location -> List.of(), LIMIT, () -> {});
                Pool pool = new Pool()) {
            LocationWatch watch = new LocationWatch(
                    sometimes, NodeIdentity.starting("everywhere"), List.of("us/lta"), preflights, pool);
            watch.started(() -> {});
            await().atMost(LIMIT).until(() -> !watch.problems().isEmpty());
            assertThat(watch.problems()).singleElement().asString().contains("unable to create native thread");
            spent.set(false);
            await().atMost(LIMIT).until(() -> watch.problems().isEmpty());
        }
    }

    @Test
    void an_error_in_a_round_of_the_topology_is_told_and_the_next_round_goes_on() {
        AtomicBoolean spent = new AtomicBoolean(true);
        try (Foundation foundation = Foundation.openOrJoin(settings);
                Preflights preflights = new Preflights(location -> List.of(), LIMIT, () -> {});
                Pool pool = new Pool()) {
            TopologyWatch watch = new TopologyWatch(
                    foundation,
                    new Locations(database.jdbi()),
                    Optional.empty(),
                    watch(preflights, pool, "us/lta"),
                    served -> {},
                    new StoredTopology(database.jdbi(), Surrounding.ofNode(foundation.home(), settings)),
                    () -> {
                        if (spent.get()) {
                            throw new OutOfMemoryError("unable to create native thread");
                        }
                    });
            pool.scheduleWithFixedDelay(watch, 0, 50, TimeUnit.MILLISECONDS);
            await().atMost(LIMIT).until(() -> !watch.problems().isEmpty());
            assertThat(watch.problems()).singleElement().asString().contains("unable to create native thread");
            spent.set(false);
            await().atMost(LIMIT).until(() -> watch.problems().isEmpty());
        }
    }

    private int waiting() {
        return Integer.parseInt(database.value(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'preflight_finding'::regclass"
                        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));
    }

    private LocationWatch watch(Preflights preflights, Pool pool, String location) {
        return new LocationWatch(
                database.jdbi(), NodeIdentity.starting("everywhere"), List.of(location), preflights, pool);
    }

    private static final class Pool extends ScheduledThreadPoolExecutor implements AutoCloseable {
        Pool() {
            super(4);
        }

        @Override
        public void close() {
            shutdownNow();
        }
    }

    @Test
    void an_operator_need_not_wait_for_the_next_try() throws Exception {
        Settings patient = settings("1d");
        try (Foundation foundation = Foundation.open(patient);
                Service service = Service.start(foundation, patient)) {
            assertThat(service.camel().getRoute("us_lta_verification")).isNull();
            Files.createDirectory(archive);
            ObjectName preflight = new ObjectName(PreflightControl.NAME);
            assertThat((List<?>) ManagementFactory.getPlatformMBeanServer().getAttribute(preflight, "Problems"))
                    .hasSize(1);
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(preflight, "tryAgain", new Object[] {"us/*"}, new String[] {String.class.getName()});
            await().atMost(LIMIT).until(() -> service.camel().getRoute("us_lta_verification") != null);
        }
    }

    @Test
    void a_command_tries_the_same_without_a_service() throws Exception {
        try (Foundation foundation = Foundation.openOrJoin(settings)) {
            PreflightLook look = new PreflightLook(foundation, settings);
            PreflightReport report = new PreflightReport(out, out);
            assertThat(report.run(look.at(null), "so", true)).isEqualTo(1);
            JsonNode answer = new ObjectMapper().readTree(printed.toByteArray());
            assertThat(answer.at("/checks").findValuesAsText("location")).contains("ccat/buffer", "us/lta");
            printed.reset();
            assertThat(report.run(look.at("us/lta"), "us/lta", false)).isEqualTo(1);
            assertThat(printed.toString(StandardCharsets.UTF_8))
                    .contains("FAILS  us/lta  disk: us/lta: " + archive + " is not there")
                    .contains("ok     us/lta  other end");
            printed.reset();
            Files.createDirectory(archive);
            assertThat(report.run(look.at("us/*"), "us/*", false)).isZero();
            assertThat(report.run(look.at("us/nowhere"), "us/nowhere", false)).isEqualTo(2);
            assertThat(printed.toString(StandardCharsets.UTF_8)).contains("is called us/nowhere");
        }
    }
}
