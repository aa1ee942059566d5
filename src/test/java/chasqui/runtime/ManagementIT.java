package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.pipeline.Backoff;
import chasqui.pipeline.LeaseSettings;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagementIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration LOOP_LIMIT = Duration.ofSeconds(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TestDatabase database = new TestDatabase();
    /** Kept for as long as the test runs: the gauges hold it weakly. */
    private final OperationStore operations = operations();

    private final AtomicBoolean broken = new AtomicBoolean();
    private final AtomicBoolean storeAlive = new AtomicBoolean(true);
    private final Main camel = new Main();

    @TempDir
    Path home;

    private Management management;
    private String password;
    private String server;

    @BeforeEach
    void start() throws Exception {
        TestTopology.on(database.jdbi(), home.resolve("data"));
        database.execute("""
                WITH b AS (INSERT INTO deletion_batch (data_location_id) SELECT min(id) FROM data_location RETURNING id, data_location_id)
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id, waits_for)
                SELECT 'deletion', data_location_id, 'ccat_telescope_computer_deletion', id, 'a reason' FROM b
                """);
        management = new Management(new ManagementSettings(true, "127.0.0.1", 0, LOOP_LIMIT), home);
        camel.configure().withName("chasqui-management-test");
        camel.configure().addRoutesBuilder(routes());
        management.configure(camel, List.of());
        camel.start();
        management.started(
                camel.getCamelContext(), database.database(), operations, Map.of("object-store", storeAlive::get));
        Properties users = properties("management-users.properties");
        password = users.getProperty("user.operator").replace(",admin", "");
        server = management.url().orElseThrow().replace("/hawtio/", "");
    }

    @AfterEach
    void stop() {
        management.close();
        camel.stop();
        camel.shutdown();
        database.close();
    }

    @Test
    void nobody_without_the_password_sees_anything_of_the_console() throws Exception {
        for (String path : List.of(
                "/hawtio",
                "/hawtio/",
                "/hawtio/index.html",
                "/hawtio/user",
                "/hawtio/camel/routes",
                "/hawtio/jolokia",
                "/hawtio/jolokia/version",
                "/hawtio//jolokia/version",
                "//hawtio/jolokia/version",
                "/%68awtio/jolokia/version",
                "/observe/../hawtio/jolokia/version",
                "/hawtio/./jolokia/read/java.lang:type=Memory")) {
            assertThat(anonymous(path).statusCode()).as(path).isEqualTo(401);
        }
        assertThat(send(request("/hawtio/").header("Authorization", basic("operator:wrong")))
                        .statusCode())
                .isEqualTo(401);
        assertThat(send(request("/hawtio/jolokia").POST(HttpRequest.BodyPublishers.ofString("{\"type\":\"version\"}")))
                        .statusCode())
                .isEqualTo(401);
        assertThat(anonymous("/jolokia/version").statusCode()).isEqualTo(404);
    }

    @Test
    void the_operator_gets_the_console_also_at_addresses_inside_it() throws Exception {
        assertThat(operator("/hawtio/").body()).contains("<base href=\"/hawtio/\"");
        assertThat(operator("/hawtio/jmx/camel").body()).contains("<base href=\"/hawtio/\"");
        assertThat(operator("/hawtio/user").body()).isEqualTo("\"operator\"");
        assertThat(operator("/hawtio/img/hawtio-logo.svg").statusCode()).isEqualTo(200);
        assertThat(operator("/hawtio/static/nothing.js").statusCode()).isEqualTo(404);
        assertThat(operator("/hawtio/").headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'self'"));
    }

    @Test
    void jolokia_reads_a_route_and_starts_and_stops_it() throws Exception {
        String route =
                "org.apache.camel:context=chasqui-management-test,type=routes,name=\"ccat_buffer_data_transfer\"";

        assertThat(jolokia(Map.of("type", "read", "mbean", route, "attribute", "State"))
                        .path("value")
                        .asText())
                .isEqualTo("Started");
        assertThat(jolokia(Map.of("type", "exec", "mbean", route, "operation", "stop()"))
                        .path("status")
                        .asInt())
                .isEqualTo(200);
        assertThat(jolokia(Map.of("type", "read", "mbean", route, "attribute", "State"))
                        .path("value")
                        .asText())
                .isEqualTo("Stopped");
        JsonNode dump = jolokia(Map.of("type", "exec", "mbean", route, "operation", "dumpRouteAsXml()"));
        assertThat(dump.path("value").asText()).as(dump.toString()).contains("ccat_buffer_data_transfer");
    }

    @Test
    void jolokia_neither_commands_the_virtual_machine_nor_sends_to_endpoints_nor_tells_properties() throws Exception {
        String context =
                "org.apache.camel:context=chasqui-management-test,type=context,name=\"chasqui-management-test\"";
        for (Map<String, Object> wish : List.<Map<String, Object>>of(
                Map.of("type", "exec", "mbean", "com.sun.management:type=DiagnosticCommand", "operation", "vmFlags"),
                Map.of("type", "exec", "mbean", "java.lang:type=Memory", "operation", "gc"),
                Map.of("type", "write", "mbean", "java.lang:type=Memory", "attribute", "Verbose", "value", true),
                Map.of("type", "read", "mbean", "java.lang:type=Runtime", "attribute", "SystemProperties"),
                Map.of(
                        "type",
                        "exec",
                        "mbean",
                        context,
                        "operation",
                        "sendStringBody(java.lang.String,java.lang.String)",
                        "arguments",
                        List.of("file:/tmp/hostile", "x")),
                Map.of("type", "write", "mbean", context, "attribute", "Tracing", "value", true))) {
            JsonNode answer = jolokia(wish);
            assertThat(answer.path("status").asInt()).as("%s: %s", wish, answer).isEqualTo(403);
        }
        JsonNode all = jolokia(Map.of("type", "read", "mbean", "java.lang:type=Runtime"));
        assertThat(all.path("value").path("SystemProperties").has("java.home")).isFalse();
    }

    @Test
    void a_page_of_another_origin_cannot_use_the_operators_password() throws Exception {
        HttpRequest.Builder foreign = request("/hawtio/jolokia/version")
                .header("Authorization", basic("operator:" + password))
                .header("Origin", "http://evil.example.org");
        assertThat(send(foreign).statusCode()).isEqualTo(403);
        assertThat(send(request("/hawtio/jolokia/version")
                                .header("Authorization", basic("operator:" + password))
                                .header("Origin", server))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void health_is_open_and_up_while_everything_runs() throws Exception {
        // A busy machine may hold up a round for longer than this test's loops may take.
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            HttpResponse<String> health = anonymous("/observe/health");
            assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
            assertThat(JSON.readTree(health.body()).path("status").asText()).isEqualTo("UP");
            assertThat(health.body()).contains("database").contains("loops").contains("object-store");
            assertThat(health.body()).doesNotContain(home.toString());
        });
    }

    @Test
    void a_loop_whose_rounds_fail_makes_health_down_until_one_succeeds() throws Exception {
        broken.set(true);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> anonymous("/observe/health/live").statusCode() == 503);
        assertThat(anonymous("/observe/health").body()).contains("test-manager has completed no round since");
        broken.set(false);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> anonymous("/observe/health/live").statusCode() == 200);
    }

    @Test
    void while_the_database_is_away_no_loop_is_to_blame_and_nobody_asks_for_a_restart() throws Exception {
        broken.set(true);
        database.database().close();
        Instant pastTheLimit = management.rounds().last().get("test-manager").plus(LOOP_LIMIT.multipliedBy(2));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(management.rounds().last().get("test-manager"))
                        .isAfter(pastTheLimit));
        assertThat(anonymous("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(anonymous("/observe/health/ready").statusCode()).isEqualTo(503);
    }

    @Test
    void a_dead_part_or_database_makes_health_down() throws Exception {
        storeAlive.set(false);
        assertThat(anonymous("/observe/health").statusCode()).isEqualTo(503);
        assertThat(anonymous("/observe/health").body()).contains("object-store is not running");
        storeAlive.set(true);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> anonymous("/observe/health").statusCode() == 200);

        database.database().close();
        assertThat(anonymous("/observe/health").statusCode()).isEqualTo(503);
    }

    @Test
    void metrics_are_open_and_tell_operations_by_queue_and_status() throws Exception {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        anonymous("/observe/metrics").body())
                .contains("chasqui_operations{queue=\"ccat_telescope_computer_deletion\",status=\"PARKED\"} 1.0")
                .contains("chasqui_leases_held 0.0")
                .contains("chasqui_database_reachable 1.0")
                .contains("routeId=\"test-manager\"")
                .contains("jvm_memory_used_bytes"));
    }

    @Test
    void the_home_tells_the_address_and_keeps_the_password_to_its_owner() throws Exception {
        Properties told = properties("management.properties");
        assertThat(told.getProperty("url")).isEqualTo(server + "/hawtio/");
        Path users = Path.of(told.getProperty("password.file"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(users)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(home.resolve("management.properties"))).doesNotContain(password);

        management.close();
        assertThat(home.resolve("management.properties")).doesNotExist();
        assertThat(new OperatorPassword(home).ensured()).hasContent(Files.readString(users));
    }

    @Test
    void a_port_in_use_is_named_with_its_setting() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            ManagementSettings settings =
                    new ManagementSettings(true, "127.0.0.1", taken.getLocalPort(), Duration.ofMinutes(5));
            assertThatThrownBy(() -> new Management(settings, home).requirePort())
                    .isInstanceOf(PortInUse.class)
                    .hasMessageContaining("cannot listen on port " + taken.getLocalPort() + " of 127.0.0.1")
                    .hasMessageContaining("chasqui.management.port");
        }
    }

    private RouteBuilder routes() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("scheduler:test-manager?delay=100&initialDelay=0")
                        .routeId("test-manager")
                        .onException(Exception.class)
                        .handled(true)
                        .end()
                        .process(exchange -> {
                            if (broken.get()) {
                                throw new IllegalStateException("this round fails");
                            }
                        });
                from("seda:ccat_buffer_data_transfer")
                        .routeId("ccat_buffer_data_transfer")
                        .log("${body}");
            }
        };
    }

    private OperationStore operations() {
        LeaseSettings settings = new LeaseSettings(
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(2)),
                new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(2)));
        return new OperationStore(
                database.jdbi(), List.of(), NodeIdentity.starting("here"), settings, Clock.systemUTC());
    }

    private JsonNode jolokia(Map<String, ?> wish) throws Exception {
        HttpResponse<String> answer = send(request("/hawtio/jolokia")
                .header("Authorization", basic("operator:" + password))
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(wish))));
        assertThat(answer.statusCode()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> operator(String path) throws Exception {
        return send(request(path).header("Authorization", basic("operator:" + password)));
    }

    private HttpResponse<String> anonymous(String path) throws Exception {
        return send(request(path));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String basic(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    }

    private Properties properties(String name) throws Exception {
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(home.resolve(name))) {
            properties.load(in);
        }
        return properties;
    }
}
