package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.runtime.routes.RoutesRefused;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.topology.TopologyUpdate;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service on the example topology: its routes, and what the route files name. */
class ServiceIT {
    private static final Pattern BEAN = Pattern.compile("bean:(\\w+)(?:\\?method=(\\w+))?");

    @TempDir
    private static Path folder;

    private static Foundation foundation;
    private static Service service;
    private static Settings settings;

    @BeforeAll
    static void start() {
        settings = SettingsReader.read(
                null,
                Map.of(),
                Map.of(
                        "chasqui.home",
                        folder.resolve("home").toString(),
                        "chasqui.management.port",
                        "0",
                        "chasqui.api.port",
                        "0"));
        foundation = Foundation.open(settings);
        new TopologyUpdate(foundation.database().jdbi(), Surrounding.of(foundation.home(), settings))
                .apply(Path.of("deploy/topology/three-sites.yaml"), "test");
        service = Service.start(foundation, settings);
    }

    @AfterAll
    static void stop() {
        service.close();
        foundation.close();
    }

    @Test
    void every_queue_of_the_topology_has_one_worker_route_under_its_name_in_jmx() throws Exception {
        Set<String> expected = new TreeSet<>();
        for (String source : List.of("ccat_telescope_computer", "ccat_spectrometer_computer")) {
            expected.addAll(List.of(source + "_raw_data_package_creation", source + "_deletion"));
        }
        for (String buffer : List.of("ccat_buffer", "cologne_buffer", "cologne_second_buffer", "us_buffer")) {
            for (String type :
                    List.of("data_transfer_package_creation", "data_transfer", "data_transfer_unpacking", "deletion")) {
                expected.add(buffer + "_" + type);
            }
        }
        for (String archive : List.of("cologne_lta", "us_lta")) {
            expected.addAll(List.of(archive + "_long_term_archive_transfer", archive + "_verification"));
        }
        expected.addAll(List.of("cologne_processing_staging", "cologne_processing_deletion"));
        for (String queue : expected) {
            assertThat(ManagementFactory.getPlatformMBeanServer()
                            .queryNames(new ObjectName("org.apache.camel:type=routes,name=\"" + queue + "\",*"), null))
                    .as(queue)
                    .hasSize(1);
        }
    }

    @Test
    void a_location_that_is_added_while_the_service_runs_is_served_without_a_restart() throws Exception {
        String known = Files.readString(Path.of("deploy/topology/three-sites.yaml"));
        Path more = Files.writeString(
                folder.resolve("more.yaml"),
                known.replace(
                        "      - { name: processing,",
                        "      - { name: cluster, type: PROCESSING, storage: DISK, root: \"${home}/sites/cologne/cluster\" }\n"
                                + "      - { name: processing,"));
        new TopologyUpdate(foundation.database().jdbi(), Surrounding.of(foundation.home(), settings))
                .apply(more, "test");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(service.camel().getRoute("cologne_cluster_staging"))
                        .isNotNull());
        assertThat(folder.resolve("home/sites/cologne/cluster")).isDirectory();
    }

    @Test
    void the_past_is_looked_after_at_the_start_and_health_does_not_wait_for_its_next_round() throws Exception {
        ObjectName route = new ObjectName("org.apache.camel:context=chasqui,type=routes,name=\"history\"");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> (Long) ManagementFactory.getPlatformMBeanServer().getAttribute(route, "ExchangesCompleted")
                        > 0);
        assertThat(ManagementFactory.getPlatformMBeanServer().getAttribute(route, "FailuresHandled"))
                .isEqualTo(0L);
        assertThat(RoundsNotifier.isLoop(
                        service.camel().getRoute("history").getEndpoint().getEndpointUri()))
                .isFalse();
    }

    @Test
    void every_bean_method_that_a_route_file_names_exists() throws Exception {
        List<String> missing = new ArrayList<>();
        Map<String, Set<String>> named = new HashMap<>();
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.toList()) {
                collect(new YAMLMapper().readTree(file.toFile()), named);
            }
        }
        assertThat(named).as("the files were read").isNotEmpty();
        named.forEach((bean, methods) -> {
            Object found = service.camel().getRegistry().lookupByName(bean);
            if (found == null) {
                missing.add(bean);
                return;
            }
            for (String method : methods) {
                if (Arrays.stream(found.getClass().getMethods())
                        .map(Method::getName)
                        .noneMatch(method::equals)) {
                    missing.add(bean + "." + method);
                }
            }
        });
        assertThat(missing).isEmpty();
    }

    @Test
    void route_files_with_mistakes_refuse_the_start_and_leave_nothing_behind() throws Exception {
        Path routes = Files.createDirectory(folder.resolve("routes"));
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.toList()) {
                Files.writeString(
                        routes.resolve(file.getFileName()),
                        Files.readString(file)
                                .replace("bean:archiveManager", "bean:archivManager")
                                .replace("toD:", "tuD:"));
            }
        }
        List<String> transfer = Files.readAllLines(routes.resolve("3-transfer.camel.yaml"));
        int line = 1
                + IntStream.range(0, transfer.size())
                        .filter(i -> transfer.get(i).contains("tuD:"))
                        .findFirst()
                        .orElseThrow();
        Settings bad = SettingsReader.read(
                null,
                Map.of(),
                Map.of(
                        "chasqui.home",
                        folder.resolve("home").toString(),
                        "chasqui.node.name",
                        "refused",
                        "chasqui.management.port",
                        "0",
                        "chasqui.api.port",
                        "0",
                        "chasqui.routes",
                        routes.toString()));
        assertThatThrownBy(() -> Service.start(foundation, bad))
                .isInstanceOf(RoutesRefused.class)
                .hasMessageContaining("the routes in " + routes + " are refused")
                .hasMessageContaining("5-archive.camel.yaml:12: there is no bean archivManager")
                .hasMessageContaining("3-transfer.camel.yaml:" + line + ": Unknown node id: tuD");
        boolean left = foundation.database().jdbi().withHandle(db -> db.createQuery(
                        "SELECT stopped_at IS NOT NULL FROM node WHERE name = 'refused'")
                .mapTo(Boolean.class)
                .one());
        assertThat(left).isTrue();
    }

    private static void collect(JsonNode node, Map<String, Set<String>> named) {
        if (node.isTextual()) {
            Matcher bean = BEAN.matcher(node.asText());
            while (bean.find()) {
                named.computeIfAbsent(bean.group(1), b -> new TreeSet<>());
                if (bean.group(2) != null) {
                    named.get(bean.group(1)).add(bean.group(2));
                }
            }
        }
        if (node.has("uri") && node.at("/parameters/method").isTextual()) {
            Matcher bean = BEAN.matcher(node.get("uri").asText());
            if (bean.find()) {
                named.computeIfAbsent(bean.group(1), b -> new TreeSet<>())
                        .add(node.at("/parameters/method").asText());
            }
        }
        if (node.path("method").has("ref")) {
            String method = node.at("/method/method").asText().replaceAll("\\(.*", "");
            named.computeIfAbsent(node.at("/method/ref").asText(), b -> new TreeSet<>())
                    .add(method);
        }
        node.forEach(child -> collect(child, named));
    }

    @Test
    void every_route_and_every_hop_that_leaves_the_process_has_an_id_and_routes_say_what_they_do() throws Exception {
        List<String> silent = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.toList()) {
                for (JsonNode entry : new YAMLMapper().readTree(file.toFile())) {
                    JsonNode route = entry.has("route") ? entry.get("route") : entry.path("routeTemplate");
                    if (!route.isMissingNode() && !(route.has("id") && route.has("description"))) {
                        silent.add(file.getFileName() + ": " + route.path("id").asText("a route without id"));
                    }
                }
            }
        }
        assertThat(silent).isEmpty();
    }
}
