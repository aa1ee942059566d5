package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.testing.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node does what its roles say, nothing else, and is well without the rest. */
class RolesIT {
    private final TestDatabase database = new TestDatabase();

    @TempDir
    private Path home;

    @AfterEach
    void close() {
        database.close();
    }

    /** Ids of the scheduled routes that run in a node with these roles; requires that it is healthy. */
    private List<String> running(String roles) throws Exception {
        Settings settings = SettingsReader.read(
                null,
                Map.of(),
                Map.of(
                        "chasqui.home",
                        home.toString(),
                        "chasqui.database.url",
                        database.url(),
                        "chasqui.database.user",
                        "postgres",
                        "chasqui.node.roles",
                        roles,
                        "chasqui.management.port",
                        "0",
                        "chasqui.api.port",
                        "0"));
        try (Foundation foundation = Foundation.open(settings);
                Service service = Service.start(foundation, settings)) {
            // Who looks into a folder is well when it has looked once.
            Awaitility.await().untilAsserted(() -> {
                HttpResponse<String> health = health();
                assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
            });
            List<String> running = service.camel().getRoutes().stream()
                    .filter(route -> route.getEndpoint().getEndpointUri().matches("(scheduler|quartz):.*"))
                    .map(route -> route.getRouteId())
                    .filter(id -> service.camel()
                            .getRouteController()
                            .getRouteStatus(id)
                            .isStarted())
                    .toList();
            assertThat(service.loops())
                    .as("nobody waits for a round that never comes")
                    .allMatch(
                            loop -> running.contains(loop) || loop.equals("lease-renewer") || loop.equals("topology"));
            return running;
        }
    }

    private HttpResponse<String> health() throws Exception {
        Properties told = new Properties();
        try (var in = Files.newBufferedReader(home.resolve("management.properties"))) {
            told.load(in);
        }
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(
                                        URI.create(told.getProperty("url")).resolve("/observe/health"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void a_worker_looks_for_work_at_its_locations_and_manages_nothing() throws Exception {
        assertThat(running("worker")).containsExactly("look");
    }

    @Test
    void a_monitor_does_nothing_but_watch_and_look_after_the_past() throws Exception {
        assertThat(running("monitor")).containsExactlyInAnyOrder("history", "monitor");
    }

    @Test
    void a_manager_runs_the_manager_of_every_stage_and_nothing_else() throws Exception {
        assertThat(running("manager"))
                .contains("packaging-manager", "transfer-manager", "deletion-manager")
                .allMatch(id -> id.endsWith("-manager"));
    }

    @Test
    void what_a_node_promised_when_it_had_the_role_api_is_registered_without_it() throws Exception {
        running("monitor");
        Path journal = Files.createDirectories(home.resolve("filing/journal"));
        Files.writeString(journal.resolve("0000000000000000001.journal"), "never answered");
        assertThat(running("worker")).containsExactlyInAnyOrder("look", "filing-forwarder");
    }

    @Test
    void the_role_api_files_and_does_nothing_else() throws Exception {
        assertThat(running("api")).containsExactlyInAnyOrder("api-tokens", "filing-forwarder", "filing-spool-cleaning");
    }
}
