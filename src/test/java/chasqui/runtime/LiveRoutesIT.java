package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.pipeline.Effect;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.topology.TopologyUpdate;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.apache.camel.Route;
import org.apache.camel.api.management.ManagedCamelContext;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files in the folder of the routes are edited while the service runs, with work in hand. */
class LiveRoutesIT {
    private static final String QUEUE = "cologne_processing_weighing";
    private static final String OWN = "8-weighing.camel.yaml";
    /** A stage of the test's own: work that ends when the test says so, and tells by which route it ended. */
    private static final String ROUTES = """
            - route:
                id: weigh
                description: "Weighs"
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: "direct:weigh"
                  steps:
                    - to: { id: begin, uri: "bean:weighingWorker?method=begin" }
                    - setProperty: { name: how, constant: "called first" }

            - route:
                id: failing-loop
                description: "Fails always"
                routeConfigurationId: loop
                from:
                  uri: "scheduler:failing-loop"
                  parameters: { delay: 1000, initialDelay: 0, scheduledExecutorService: "#managerPool" }
                  steps:
                    - to: { id: fail, uri: "bean:weighingWorker?method=fail" }

            - route:
                id: slow-loop
                description: "Takes its time"
                from:
                  uri: "scheduler:slow-loop"
                  parameters: { delay: 300, initialDelay: 0, scheduledExecutorService: "#managerPool" }
                  steps:
                    - to: { id: take, uri: "bean:weighingWorker?method=slowRound" }

            - routeTemplate:
                id: weighing
                description: "Weighs at one place of processing"
                parameters: [ { name: queue }, { name: endpoint } ]
                route:
                  from:
                    uri: "{{endpoint}}"
                    steps:
                      - to: { id: claim, uri: "bean:workDesk?method=claim('{{queue}}')" }
                      - filter:
                          simple: "${body} != null"
                          steps:
                            - to: "direct:weigh"
                            - to: { id: end, uri: "bean:weighingWorker?method=end(${body}, 'made first', ${exchangeProperty.how})" }
                            - setBody: { constant: "{{queue}}" }
                            - to: { id: next, uri: "{{endpoint}}" }
            """;

    private static final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private static final Semaphore mayEnd = new Semaphore(0);
    private static final AtomicInteger begun = new AtomicInteger();
    private static volatile boolean slow;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;

    private static Foundation foundation;
    private static Service service;
    private static Settings settings;
    private static Path routes;
    private static Map<String, String> files;

    /** Public, because a route calls it. */
    public static final class Worker {
        private final OperationStore operations;

        private Worker(OperationStore operations) {
            this.operations = operations;
        }

        public void begin() throws InterruptedException {
            begun.incrementAndGet();
            mayEnd.acquire();
        }

        public void end(Lease lease, String made, String called) {
            operations.complete(lease, Effect.NONE);
            told.add(made + ", " + called);
        }

        public void fail() {
            throw new IllegalStateException("as it always does");
        }

        public void slowRound() throws InterruptedException {
            if (slow) {
                begin();
                told.add("the round ended by itself");
            }
        }

        public void heard(String how) {
            told.add(how);
        }
    }

    @BeforeAll
    static void start() throws IOException {
        Path version = Files.createDirectory(folder.resolve("version-1"));
        try (Stream<Path> all = Files.list(Path.of("routes"))) {
            for (Path file : all.toList()) {
                Files.copy(file, version.resolve(file.getFileName()));
            }
        }
        Files.writeString(version.resolve(OWN), ROUTES);
        routes = Files.createSymbolicLink(folder.resolve("routes"), version);
        files = texts();
        settings = SettingsReader.read(
                null,
                Map.of(),
                Map.of(
                        "chasqui.home", folder.resolve("home").toString(),
                        "chasqui.routes", routes.toString(),
                        "chasqui.routes.look", "200ms",
                        "chasqui.manager.interval", "300ms",
                        "chasqui.worker.look", "200ms",
                        "chasqui.redis.password", "secret",
                        "chasqui.management.loop-limit", "1h",
                        "chasqui.api.port", "0",
                        "chasqui.management.port", "0"));
        foundation = Foundation.open(settings);
        new TopologyUpdate(foundation.database().jdbi(), Surrounding.of(foundation.home(), settings))
                .apply(Path.of("deploy/topology/three-sites.yaml"), "test");
        execute("""
                INSERT INTO operation_type (name, stage, location_types, description)
                VALUES ('weighing', 8, '{PROCESSING}', 'says how heavy data is')
                """);
        service = Service.start(
                foundation,
                settings,
                List.of(new AddedStage(
                        () -> new OperationType("weighing"),
                        operations -> Map.of("weighingWorker", new Worker(operations)))));
    }

    @AfterAll
    static void stop() {
        mayEnd.release(1000);
        if (service != null) {
            service.close();
        }
        foundation.close();
    }

    @AfterEach
    void everything_as_before() throws Exception {
        slow = false;
        mayEnd.release(100);
        point(folder.resolve("version-1"));
        for (String name : texts().keySet()) {
            if (!files.containsKey(name)) {
                Files.delete(routes.resolve(name));
            }
        }
        for (Map.Entry<String, String> file : files.entrySet()) {
            write(file.getKey(), file.getValue());
        }
        control("check");
        soon(() -> assertThat(attribute("Waiting")).isEqualTo(List.of()));
        assertThat(attribute("Problems")).isEqualTo(List.of());
        soon(() -> assertThat(count("SELECT count(*) FROM operation WHERE type = 'weighing'"))
                .isZero());
        soon(() -> assertThat(get("/observe/health").statusCode()).isEqualTo(200));
        mayEnd.drainPermits();
        begun.set(0);
        told.clear();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "verification | - circuitBreaker: | - cirkuitBreaker: | verification.camel.yaml:30: Unknown node id: cirkuitBreaker",
                "verification | bean:verificationWorker | bean:verificationWorkr | verification.camel.yaml:35: there is no bean verificationWorkr",
                "verification | method: findWork | method: findWrk | verification.camel.yaml:12: bean verificationManager has no method findWrk",
                "verification | {{chasqui.manager.delay-ms}} | {{chasqui.manager.delay}} | verification.camel.yaml:10: nothing is called {{chasqui.manager.delay}}",
                "verification | description: | descripton: | verification.camel.yaml:4: Unsupported field: descripton",
                "5-archive | | | no route calls bean archiveManager",
                "transfer-methods | | | no route begins with direct:transfer-cp"
            })
    void a_mistake_leaves_everything_as_it_was_and_health_tells_it(String name, String right, String wrong, String says)
            throws Exception {
        List<Route> before = List.copyOf(service.camel().getRoutes());
        if (right == null) {
            Files.delete(routes.resolve(name + ".camel.yaml"));
        } else {
            edit(name + ".camel.yaml", right, wrong);
        }
        soon(() -> assertThat(get("/observe/health").body()).contains(json(says)));
        assertThat(get("/observe/health").statusCode()).isEqualTo(503);
        assertThat(get("/observe/health/ready").statusCode()).isEqualTo(200);
        assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(attribute("LastResult")).asString().contains("were refused").contains(says);
        assertThat(service.camel().getRoutes()).containsExactlyElementsOf(before);

        write(name + ".camel.yaml", files.get(name + ".camel.yaml"));
        soon(() -> assertThat(get("/observe/health").statusCode()).isEqualTo(200));
        assertThat(service.camel().getRoutes()).containsExactlyElementsOf(before);
    }

    @Test
    void work_in_hand_ends_on_the_route_on_which_it_began_while_the_new_one_serves_within_the_limit() throws Exception {
        Route before = service.camel().getRoute(QUEUE);
        Route idle = service.camel().getRoute("cologne_processing_staging");
        weigh();
        edit(OWN, "made first", "made second");
        soon(() -> assertThat(service.camel().getRoute(QUEUE + "_2")).isNotNull());
        assertThat(service.camel().getRoute(QUEUE)).isSameAs(before);
        weigh();
        weigh(4);
        long looks = rounds("look");
        soon(() -> assertThat(rounds("look")).isGreaterThan(looks + 3));
        assertThat(begun)
                .as("at the same time, as chasqui.worker.concurrency says")
                .hasValue(2);
        assertThat(get("/observe/health").statusCode()).isEqualTo(200);
        assertThat(get("/observe/health?data=true").body()).contains("as before until their work in hand is done");
        mayEnd.release(6);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(next());
        }
        assertThat(all).containsOnlyOnce("made first, called first").contains("made second, called first");
        soon(() -> assertThat(attribute("Waiting")).isEqualTo(List.of()));
        assertThat(service.camel().getRoute(QUEUE)).isNotNull().isNotSameAs(before);
        assertThat(service.camel().getRoutes())
                .noneMatch(route -> route.getRouteId().startsWith(QUEUE + "_"));
        assertThat(service.camel().getRoute("cologne_processing_staging"))
                .as("what was not edited")
                .isSameAs(idle);
    }

    @Test
    void a_template_may_be_edited_again_while_work_is_in_hand_on_the_one_before() throws Exception {
        weigh();
        edit(OWN, "made first", "made second");
        soon(() -> assertThat(service.camel().getRoute(QUEUE + "_2")).isNotNull());
        weigh();
        edit(OWN, "made second", "made third");
        soon(() -> assertThat(attribute("Waiting")).asString().contains(QUEUE + "_2"));
        mayEnd.release(2);
        assertThat(List.of(next(), next()))
                .containsExactlyInAnyOrder("made first, called first", "made second, called first");
        mayEnd.release();
        weigh(1);
        assertThat(next()).isEqualTo("made third, called first");
    }

    @Test
    void a_route_that_is_called_is_taken_over_at_once_and_finishes_what_it_has() throws Exception {
        weigh();
        edit(OWN, "called first", "called second");
        soon(() -> assertThat(attribute("Waiting")).asString().contains("weigh"));
        weigh();
        edit(OWN, "called second", "called third");
        soon(() -> assertThat(attribute("Waiting")).asString().contains("weigh_2"));
        mayEnd.release(2);
        assertThat(List.of(next(), next()))
                .containsExactlyInAnyOrder("made first, called first", "made first, called second");
        soon(() -> assertThat(attribute("Waiting")).isEqualTo(List.of()));
        mayEnd.release();
        weigh(1);
        assertThat(next()).isEqualTo("made first, called third");
        assertThat(service.camel().getRoutes().stream()
                        .filter(route -> route.getRouteId().startsWith("weigh")))
                .hasSize(1);
    }

    @Test
    void an_edited_failure_policy_counts_for_every_loop() throws Exception {
        Route before = service.camel().getRoute("packaging-manager");
        edit(
                "failure-policy.camel.yaml",
                "bean:failurePolicy?method=loopFailed(${routeId}, ${exception})",
                "bean:weighingWorker?method=heard('by the edited policy')");
        assertThat(next()).isEqualTo("by the edited policy");
        soon(() -> assertThat(service.camel().getRoute("packaging-manager")).isNotSameAs(before));
    }

    @Test
    void what_editors_keep_beside_a_file_is_no_route_file() throws Exception {
        Path lock = Files.createSymbolicLink(routes.resolve(".#" + OWN), Path.of("somebody@somewhere.1234"));
        Path copy = Files.write(routes.resolve("._" + OWN), new byte[] {0, 5, 22, 7, (byte) 0xff});
        try {
            control("check");
            assertThat(attribute("Problems")).isEqualTo(List.of());
        } finally {
            Files.delete(lock);
            Files.delete(copy);
        }
    }

    @Test
    void a_loop_that_was_replaced_with_its_policy_leaves_no_memory_behind() throws Exception {
        String policy = "failure-policy.camel.yaml";
        Route before = service.camel().getRoute("packaging-manager");
        edit(policy, "method=loopFailed(${routeId}, ${exception})", "method=loopFailed('a loop', ${exception})");
        soon(() -> assertThat(service.camel().getRoute("packaging-manager"))
                .isNotNull()
                .isNotSameAs(before));
        WeakReference<Route> edited = new WeakReference<>(service.camel().getRoute("packaging-manager"));
        write(policy, files.get(policy));
        soon(() -> {
            System.gc();
            assertThat(edited.get()).isNull();
        });
    }

    @Test
    void a_manager_is_replaced_between_two_rounds_and_its_rounds_are_counted_on() throws Exception {
        edit("1-packaging.camel.yaml", "Finds observations that are due", "Found and edited");
        soon(() -> assertThat(description("packaging-manager")).startsWith("Found and edited"));
        assertThat(service.loops()).contains("packaging-manager");
        edit("1-packaging.camel.yaml", "id: packaging-manager", "id: other-packaging-manager");
        soon(() ->
                assertThat(service.loops()).contains("other-packaging-manager").doesNotContain("packaging-manager"));
        assertThat(service.camel().getRoute("packaging-manager")).isNull();
    }

    @Test
    void a_loop_ends_its_round_before_it_is_replaced_and_holds_up_no_other() throws Exception {
        slow = true;
        soon(() -> assertThat(begun.get()).isPositive());
        slow = false;
        edit(OWN, "Takes its time", "Found and edited");
        edit("1-packaging.camel.yaml", "Finds observations that are due", "Found and edited");
        soon(() -> assertThat(description("packaging-manager")).startsWith("Found and edited"));
        soon(() -> assertThat(attribute("Waiting")).asString().contains("slow-loop"));
        assertThat(description("slow-loop")).isEqualTo("Takes its time");
        mayEnd.release();
        assertThat(next()).isEqualTo("the round ended by itself");
        soon(() -> assertThat(description("slow-loop")).isEqualTo("Found and edited"));
    }

    @Test
    void a_folder_that_is_away_is_told_until_it_is_back() throws Exception {
        point(folder.resolve("nowhere"));
        soon(() -> assertThat(attribute("Problems")).asString().contains("cannot be followed"));
        point(folder.resolve("version-1"));
        soon(() -> assertThat(attribute("Problems")).isEqualTo(List.of()));
    }

    @Test
    void routes_see_settings_as_they_are_set_and_no_passwords() {
        assertThat(service.camel().resolvePropertyPlaceholders("{{chasqui.worker.look}}"))
                .isEqualTo("200ms");
        assertThat(service.camel().resolvePropertyPlaceholders("{{chasqui.redis.password:none}}"))
                .isEmpty();
    }

    @Test
    void a_route_that_somebody_stopped_stays_so() throws Exception {
        service.camel().getRouteController().stopRoute("deletion-manager");
        service.camel().getRouteController().stopRoute("cologne_processing_deletion");
        Route worker = service.camel().getRoute("cologne_processing_deletion");
        edit("7-deletion.camel.yaml", "Finds copies", "Found and edited");
        edit("7-deletion.camel.yaml", "Deletes what one batch", "Edited");
        soon(() -> assertThat(description("deletion-manager")).startsWith("Found and edited"));
        soon(() -> assertThat(service.camel().getRoute("cologne_processing_deletion"))
                .isNotNull()
                .isNotSameAs(worker));
        for (String route : List.of("deletion-manager", "cologne_processing_deletion")) {
            assertThat(service.camel()
                            .getRouteController()
                            .getRouteStatus(route)
                            .isStopped())
                    .as(route)
                    .isTrue();
            service.camel().getRouteController().startRoute(route);
        }
    }

    @Test
    void a_new_file_adds_a_transfer_method_which_stays_as_long_as_a_route_wants_it() throws Exception {
        String link = """
                - route:
                    id: transfer-link
                    description: "Makes a second name"
                    errorHandler: { noErrorHandler: {} }
                    from:
                      uri: "direct:transfer-link"
                      steps:
                        - to: { id: link, uri: "bean:copyMethod?method=move(${body}, ${exchangeProperty.transfer})" }
                """;
        Files.writeString(routes.resolve("link.camel.yaml"), link);
        soon(() -> assertThat(service.camel().getRoute("transfer-link")).isNotNull());
        execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, method, route_type)
                SELECT o.id, d.id, 'link', 'CUSTOM' FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'us'
                """);
        try {
            // Until the process has seen the row.
            soon(() -> {
                Files.writeString(routes.resolve("link.camel.yaml"), link);
                control("check");
                Files.delete(routes.resolve("link.camel.yaml"));
                control("check");
                assertThat(attribute("Problems")).asString().contains("no route begins with direct:transfer-link");
            });
            assertThat(service.camel().getRoute("transfer-link")).isNotNull();
        } finally {
            execute("DELETE FROM transfer_route WHERE method = 'link'");
        }
        soon(() -> {
            control("check");
            assertThat(service.camel().getRoute("transfer-link")).isNull();
        });
    }

    @Test
    void what_cannot_be_started_takes_all_of_the_edit_back() throws Exception {
        String own = files.get(OWN).replace("called first", "called second").replace("made first", "made second");
        write(OWN, own + """

                - route:
                    id: nowhere
                    description: "Reads a folder that is not there"
                    from:
                      uri: "file:/nowhere/at/all"
                      parameters: { autoCreate: false, startingDirectoryMustExist: true }
                      steps:
                        - to: "direct:weigh"
                """);
        soon(() -> assertThat(attribute("Problems")).asString().contains("route nowhere could not be started"));
        mayEnd.release();
        weigh(1);
        assertThat(next()).isEqualTo("made first, called first");
        assertThat(service.camel()
                        .getRouteController()
                        .getRouteStatus("failing-loop")
                        .isStarted())
                .isTrue();
    }

    @Test
    void a_template_that_only_real_queues_refuse_is_told_and_the_one_before_works_on() throws Exception {
        String begin = "- routeTemplate:\n    id: weighing";
        String text = files.get(OWN);
        int at = text.indexOf(begin);
        assertThat(at).isPositive();
        write(
                OWN,
                text.substring(0, at)
                        + text.substring(at)
                                .replaceFirst("\\{\\{endpoint}}", "{{endpoint}}&nobody=knows")
                                .replace("made first", "made second"));
        soon(() -> assertThat(get("/observe/health").body())
                .contains(OWN + ":")
                .contains("routeTemplate weighing could not be started"));
        soon(() -> assertThat(attribute("Waiting")).isEqualTo(List.of()));
        mayEnd.release();
        weigh(1);
        assertThat(next()).isEqualTo("made first, called first");
        write(OWN, text.replace("made first", "made third"));
        soon(() -> assertThat(get("/observe/health").statusCode()).isEqualTo(200));
        soon(() -> {
            mayEnd.release();
            weigh(1);
            assertThat(next()).isEqualTo("made third, called first");
        });
    }

    @Test
    void what_was_refused_for_the_sake_of_the_topology_is_followed_when_that_has_changed() throws Exception {
        execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, method, route_type)
                SELECT o.id, d.id, 's3-copy', 'CUSTOM' FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'us'
                """);
        String all = files.get("transfer-methods.camel.yaml");
        String without = all.substring(0, all.indexOf("- route:\n    id: transfer-s3-copy"))
                + all.substring(all.indexOf("- route:\n    id: transfer-command"));
        try {
            soon(() -> {
                write("transfer-methods.camel.yaml", all);
                control("check");
                write("transfer-methods.camel.yaml", without);
                control("check");
                assertThat(attribute("Problems")).asString().contains("no route begins with direct:transfer-s3-copy");
            });
        } finally {
            execute("DELETE FROM transfer_route WHERE method = 's3-copy'");
        }
        soon(() -> assertThat(attribute("Problems")).isEqualTo(List.of()));
        assertThat(service.camel().getRoute("transfer-s3-copy")).isNull();
    }

    @Test
    void the_operator_has_the_files_looked_at_in_the_console() throws Exception {
        Files.delete(routes.resolve("recovery.camel.yaml"));
        String users = Files.readString(folder.resolve("home/management-users.properties"));
        String password = users.replaceFirst("(?s).*user.operator=", "").replaceFirst("(?s),admin.*", "");
        String asked = "{\"type\":\"exec\",\"mbean\":\"chasqui:type=Routes\",\"operation\":\"check\"}";
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(server() + "/hawtio/jolokia"))
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString(
                                                        ("operator:" + password).getBytes(StandardCharsets.UTF_8)))
                        .POST(HttpRequest.BodyPublishers.ofString(asked))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).contains("\"status\":200");
        assertThat(attribute("Problems")).asString().contains("no route calls bean monitor");
    }

    @Test
    void another_folder_behind_the_same_link_counts_as_an_edit() throws Exception {
        Path version = Files.createDirectory(folder.resolve("version-2"));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(version.resolve(file.getKey()), file.getValue().replace("called first", "called second"));
        }
        point(version);
        soon(() -> {
            mayEnd.release();
            weigh(1);
            assertThat(next()).isEqualTo("made first, called second");
        });
        point(folder.resolve("version-1"));
        soon(() -> {
            mayEnd.release();
            weigh(1);
            assertThat(next()).isEqualTo("made first, called first");
        });
    }

    /** "" while it is being replaced. */
    private static String description(String route) {
        Route found = service.camel().getRoute(route);
        return found == null ? "" : found.getDescription();
    }

    /** Puts work into the queue, and waits until it has begun. */
    private static void weigh() {
        int before = begun.get();
        weigh(1);
        soon(() -> assertThat(begun.get()).isGreaterThan(before));
    }

    private static void weigh(int operations) {
        execute("""
                WITH l AS (SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                            WHERE s.short_name = 'cologne' AND l.name = 'processing'),
                b AS (INSERT INTO deletion_batch (data_location_id) SELECT l.id FROM l, generate_series(1, %d)
                      RETURNING id, data_location_id)
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
                SELECT 'weighing', data_location_id, '%s', id FROM b
                """.formatted(operations, QUEUE));
    }

    private static String next() throws InterruptedException {
        String said = told.poll(60, TimeUnit.SECONDS);
        assertThat(said).as("something was told").isNotNull();
        return said;
    }

    private static void edit(String name, String right, String wrong) throws IOException {
        String text = Files.readString(routes.resolve(name));
        assertThat(text).contains(right);
        write(name, text.replace(right, wrong));
    }

    /** As editors do. */
    private static void write(String name, String text) throws IOException {
        Path beside = Files.writeString(folder.resolve("beside"), text);
        Files.move(beside, routes.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void point(Path version) throws IOException {
        Path beside = folder.resolve("link");
        Files.deleteIfExists(beside);
        Files.createSymbolicLink(beside, version);
        Files.move(beside, routes, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Map<String, String> texts() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        List<Path> all = new ArrayList<>();
        try (Stream<Path> list = Files.list(routes)) {
            list.forEach(all::add);
        }
        for (Path file : all) {
            texts.put(file.getFileName().toString(), Files.readString(file));
        }
        return texts;
    }

    private static void soon(ThrowingRunnable asserted) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(asserted);
    }

    /** How often a loop has been run through. */
    private static long rounds(String route) throws Exception {
        return service.camel()
                .getCamelContextExtension()
                .getContextPlugin(ManagedCamelContext.class)
                .getManagedRoute(route)
                .getExchangesCompleted();
    }

    private static Object attribute(String name) throws Exception {
        return ManagementFactory.getPlatformMBeanServer().getAttribute(new ObjectName(RouteControl.NAME), name);
    }

    private static void control(String operation) throws Exception {
        ManagementFactory.getPlatformMBeanServer()
                .invoke(new ObjectName(RouteControl.NAME), operation, new Object[0], new String[0]);
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(server() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String server() {
        return service.summary().replaceFirst(".*console ", "").replace("/hawtio/", "");
    }

    private static String json(String text) {
        return text.replace("\"", "\\\"");
    }

    private static void execute(String sql) {
        foundation.database().jdbi().useHandle(db -> db.execute(sql));
    }

    private static long count(String sql) {
        return foundation.database().jdbi().withHandle(db -> db.createQuery(sql)
                .mapTo(Long.class)
                .one());
    }
}
