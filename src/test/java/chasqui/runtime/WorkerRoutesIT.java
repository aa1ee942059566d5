package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.queue.QueueEndpoints;
import chasqui.runtime.routes.Given;
import chasqui.runtime.routes.RouteCheck;
import chasqui.runtime.routes.RouteFiles;
import chasqui.runtime.routes.RunningRoutes;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.management.ObjectName;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerRoutesIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** A hint at an operation that ends when the test says so. */
    private static final String LONG_WORK = "4711";

    private final TestDatabase database = new TestDatabase();
    private final DefaultCamelContext camel = new DefaultCamelContext();
    /** What cannot be done now: location and type. */
    private final Set<String> kept = new HashSet<>();

    private final BlockingQueue<String> worked = new LinkedBlockingQueue<>();
    private final AtomicReference<Set<String>> resting = new AtomicReference<>(Set.of());
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    private boolean refusesMore;
    private Consumer<String> whileMade = uri -> {};
    private QueueEndpoints endpoints = endpoints("seda:{queue}?concurrentConsumers={concurrency}&pollTimeout=100");

    @BeforeEach
    void a_topology_and_templates(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        camel.getRegistry().bind("worked", (Processor) exchange -> worked.add(
                exchange.getFromRouteId() + " " + exchange.getMessage().getBody(String.class)));
        camel.getRegistry().bind("perhapsLong", (Processor) exchange -> {
            if (exchange.getMessage().getBody(String.class).endsWith(LONG_WORK)) {
                worked.add("begun");
                mayEnd.await();
            }
        });
        camel.start();
        for (String type : database.values("SELECT name FROM operation_type")) {
            template(type);
        }
    }

    @AfterEach
    void close() throws Exception {
        mayEnd.countDown();
        camel.close();
        database.close();
    }

    @Test
    void each_queue_has_one_route_with_its_name_and_the_stage_as_group() throws Exception {
        WorkerRoutes routes = routes("cologne/*", "ccat/telescope_computer");
        routes.refresh();

        assertThat(routeIds())
                .containsExactlyInAnyOrder(
                        "ccat_telescope_computer_raw_data_package_creation",
                        "ccat_telescope_computer_deletion",
                        "cologne_buffer_data_transfer_package_creation",
                        "cologne_buffer_data_transfer",
                        "cologne_buffer_data_transfer_unpacking",
                        "cologne_buffer_deletion",
                        "cologne_lta_long_term_archive_transfer",
                        "cologne_lta_verification",
                        "cologne_processing_staging",
                        "cologne_processing_deletion");
        assertThat(camel.getRoute("cologne_buffer_data_transfer").getGroup()).isEqualTo("transfer");
        assertThat(camel.getRoute("cologne_lta_verification").getGroup()).isEqualTo("archive");

        camel.createProducerTemplate().sendBody(endpoints.of("cologne_buffer_data_transfer"), "hint");
        assertThat(worked.poll(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo("cologne_buffer_data_transfer cologne_buffer_data_transfer hint");
    }

    @Test
    void routes_are_seen_over_jmx_by_their_queue() throws Exception {
        routes("us/lta").refresh();

        Set<String> names = ManagementFactory.getPlatformMBeanServer()
                .queryNames(
                        new ObjectName("org.apache.camel:context=" + camel.getManagementName() + ",type=routes,*"),
                        null)
                .stream()
                .map(name -> name.getKeyProperty("name"))
                .collect(Collectors.toSet());
        assertThat(names).contains("\"us_lta_verification\"", "\"us_lta_long_term_archive_transfer\"");
    }

    @Test
    void a_second_refresh_leaves_the_running_routes_alone() throws Exception {
        WorkerRoutes routes = routes("*/*");
        routes.refresh();
        List<Route> before = List.copyOf(camel.getRoutes());
        routes.refresh();
        assertThat(camel.getRoutes()).containsExactlyElementsOf(before);
    }

    @Test
    void a_refresh_follows_the_topology_while_running() throws Exception {
        WorkerRoutes routes = routes("us/*");
        routes.refresh();
        Route stays = camel.getRoute("us_buffer_data_transfer");
        database.execute("UPDATE data_location SET active = false WHERE name = 'lta'");
        database.execute(
                "INSERT INTO data_location (site_id, name, location_type, storage_type, root) SELECT id, 'cluster', 'PROCESSING', 'DISK', '/nowhere/cluster' FROM site WHERE short_name = 'us'");

        settled(routes);

        assertThat(routeIds()).contains("us_cluster_staging").doesNotContain("us_lta_verification");
        assertThat(camel.getRoute("us_buffer_data_transfer")).isSameAs(stays);
        assertThat(routes.queues()).isEqualTo(routeIds());
    }

    @Test
    void what_cannot_be_done_at_a_location_has_no_route_until_it_can() throws Exception {
        WorkerRoutes routes = routes("us/*");
        kept.add("us/lta verification");
        routes.refresh();
        assertThat(routeIds()).contains("us_lta_long_term_archive_transfer").doesNotContain("us_lta_verification");
        kept.clear();
        kept.add("us/lta long_term_archive_transfer");
        settled(routes);
        assertThat(routeIds()).contains("us_lta_verification").doesNotContain("us_lta_long_term_archive_transfer");
    }

    @Test
    void a_buffer_has_as_many_workers_for_transfers_as_its_links_carry() throws Exception {
        WorkerRoutes routes = routes("*/buffer");
        routes.refresh();
        assertThat(endpoints.of("ccat_buffer_data_transfer")).contains("concurrentConsumers=6&");
        assertThat(endpoints.of("cologne_buffer_data_transfer")).contains("concurrentConsumers=3&");
        assertThat(endpoints.of("ccat_buffer_deletion")).contains("concurrentConsumers=2&");
        Route before = camel.getRoute("ccat_buffer_data_transfer");
        begin("ccat_buffer_data_transfer");
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, concurrency, pull)
                SELECT o.id, d.id, 8, d.short_name = 'us' FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name <> 'ccat'
                """);
        assertThat(routes.refresh()).isTrue();
        assertThat(endpoints.hasWorkers("ccat_buffer_data_transfer", 8))
                .as("eight to cologne; us fetches")
                .isTrue();
        assertThat(endpoints.hasWorkers("ccat_buffer_data_transfer", 9)).isFalse();
        assertThat(endpoints.hasWorkers("us_buffer_data_transfer", 11)).isTrue();
        assertThat(camel.getRoute("ccat_buffer_data_transfer"))
                .as("what is under way goes on")
                .isSameAs(before);
        assertThat(endpoints.of("ccat_buffer_data_transfer_more_1")).contains("concurrentConsumers=2&");
        camel.createProducerTemplate().sendBody(endpoints.of("ccat_buffer_data_transfer_more_1"), "hint");
        assertThat(worked.poll(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo("ccat_buffer_data_transfer_more_1 ccat_buffer_data_transfer hint");
        endsWell("ccat_buffer_data_transfer");
    }

    private void endpoint(String uri) {
        if (refusesMore && uri.contains("_more_")) {
            throw new IllegalStateException("no such endpoint now");
        }
        camel.getEndpoint(uri);
        whileMade.accept(uri);
    }

    @Test
    void the_first_queue_is_served_while_the_others_are_still_to_come() throws Exception {
        database.execute("""
                WITH f AS (INSERT INTO deletion_batch (data_location_id)
                           SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                            WHERE s.short_name = 'ccat' AND l.name = 'buffer' RETURNING *)
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
                SELECT 'deletion', data_location_id, 'ccat_buffer_data_transfer', id FROM f
                """);
        whileMade = uri -> {
            if (uri.contains("us_lta_verification")) {
                worked.addAll(endpoints.withDueWork());
            }
        };
        routes("*/*").refresh();
        assertThat(worked).containsExactly("ccat_buffer_data_transfer");
    }

    @Test
    void workers_that_could_not_be_made_are_made_by_the_next_refresh() throws Exception {
        WorkerRoutes routes = routes("ccat/*");
        routes.refresh();
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, concurrency)
                SELECT o.id, d.id, 8 FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'us'
                """);
        database.execute(
                "INSERT INTO data_location (site_id, name, location_type, storage_type, root) SELECT id, 'buffer_2', 'BUFFER', 'DISK', '/nowhere/buffer' FROM site WHERE short_name = 'ccat'");
        refusesMore = true;
        assertThatThrownBy(routes::refresh).hasStackTraceContaining("no such endpoint now");
        assertThat(routeIds()).as("what comes after it").contains("ccat_buffer_2_deletion");
        refusesMore = false;
        assertThat(routes.refresh()).isTrue();
        assertThat(routeIds()).contains("ccat_buffer_data_transfer_more_1");
    }

    @Test
    void new_workers_of_a_queue_are_woken_when_it_has_due_work() throws Exception {
        WorkerRoutes routes = routes("ccat/buffer");
        routes.refresh();
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, concurrency)
                SELECT o.id, d.id, 8 FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'us'
                """);
        routes.refresh();
        assertThat(endpoints.withDueWork()).isEmpty();
        database.execute("""
                WITH f AS (INSERT INTO deletion_batch (data_location_id)
                           SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                            WHERE s.short_name = 'ccat' AND l.name = 'buffer' RETURNING *)
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
                SELECT 'deletion', data_location_id, 'ccat_buffer_data_transfer', id FROM f
                """);
        assertThat(endpoints.withDueWork())
                .containsExactly("ccat_buffer_data_transfer", "ccat_buffer_data_transfer_more_1");
        database.execute("UPDATE data_location SET active = false WHERE name = 'buffer'");
        settled(routes);
        assertThat(routeIds()).isEmpty();
    }

    @Test
    void a_queue_that_goes_rests_until_its_work_in_hand_is_done() throws Exception {
        WorkerRoutes routes = routes("us/*");
        routes.refresh();
        begin("us_lta_verification");
        database.execute("UPDATE data_location SET active = false WHERE name = 'lta'");
        assertThat(routes.refresh()).isFalse();
        assertThat(routes.refresh()).isFalse();
        await().atMost(LIMIT).until(() -> !routeIds().contains("us_lta_long_term_archive_transfer"));
        assertThat(routeIds()).contains("us_lta_verification");
        assertThat(resting.get()).contains("us_lta_verification").doesNotContain("us_buffer_data_transfer");
        endsWell("us_lta_verification");
        settled(routes);
        assertThat(routeIds()).doesNotContain("us_lta_verification");
    }

    @Test
    void a_queue_that_comes_back_while_its_work_ends_is_served_as_before() throws Exception {
        WorkerRoutes routes = routes("us/*");
        routes.refresh();
        begin("us_lta_verification");
        database.execute("UPDATE data_location SET active = false WHERE name = 'lta'");
        assertThat(routes.refresh()).isFalse();
        database.execute("UPDATE data_location SET active = true WHERE name = 'lta'");
        assertThat(routes.refresh()).isTrue();
        assertThat(resting.get()).isEmpty();
        endsWell("us_lta_verification");
    }

    @Test
    void what_hangs_at_a_location_holds_up_neither_other_queues_that_go_nor_new_ones() throws Exception {
        WorkerRoutes routes = routes("*/*");
        routes.refresh();
        begin("us_lta_verification");
        database.execute("UPDATE data_location SET active = false WHERE name IN ('lta', 'processing')");
        database.execute(
                "INSERT INTO data_location (site_id, name, location_type, storage_type, root) SELECT id, 'cluster', 'PROCESSING', 'DISK', '/nowhere/cluster' FROM site WHERE short_name = 'us'");
        assertThat(routes.refresh()).isFalse();
        assertThat(routeIds()).contains("us_cluster_staging", "us_cluster_deletion");
        await().atMost(LIMIT).until(() -> routeIds().stream()
                .filter(route -> route.contains("_lta_") || route.contains("_processing_"))
                .collect(Collectors.toSet())
                .equals(Set.of("us_lta_verification")));
        assertThat(routes.refresh()).isFalse();
        endsWell("us_lta_verification");
        settled(routes);
    }

    @Test
    void a_queue_that_has_just_left_can_come_back() throws Exception {
        WorkerRoutes routes = routes("us/*");
        routes.refresh();
        for (int time = 0; time < 3; time++) {
            database.execute("UPDATE data_location SET active = false WHERE name = 'lta'");
            routes.refresh();
            database.execute("UPDATE data_location SET active = true WHERE name = 'lta'");
            assertThat(routes.refresh()).isTrue();
            camel.createProducerTemplate().sendBody(endpoints.of("us_lta_verification"), "hint");
            assertThat(worked.poll(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo("us_lta_verification us_lta_verification hint");
        }
    }

    @Test
    void work_that_takes_longer_than_a_route_may_take_to_stop_is_not_touched_by_an_edit() throws Exception {
        WorkerRoutes routes = routes("us/*");
        routes.leaving().limit(Duration.ofMillis(50));
        routes.refresh();
        begin("us_lta_verification");
        Route before = camel.getRoute("us_lta_verification");
        CountDownLatch tried = new CountDownLatch(1);
        routes.replace(Set.of("verification"), () -> template("verification", "edited", ""), Map.of());
        routes.leaving().leave("one after it", tried::countDown);
        assertThat(tried.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(camel.getRoute("us_lta_verification")).isSameAs(before);
        endsWell("us_lta_verification");
        await().atMost(LIMIT).until(() -> routes.outdated().isEmpty());
        camel.createProducerTemplate().sendBody(endpoints.of("us_lta_verification"), "hint");
        assertThat(worked.poll(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo("us_lta_verification us_lta_verification hint edited");
    }

    @Test
    void a_queue_that_is_handed_over_is_begun_as_long_as_its_new_route_runs() throws Exception {
        String queue = "us_lta_verification";
        WorkerRoutes routes = handsOver("us/*");
        relieve(routes, queue);
        assertThat(routes.begins(queue)).isTrue();
        camel.getRouteController().stopRoute(queue + "_2");
        assertThat(routes.begins(queue))
                .as("the one that it relieved begins nothing")
                .isFalse();
        camel.getRouteController().startRoute(queue + "_2");
        endsWell(queue);
        // From here on until the next round there is no route of the queue's name.
        assertThat(routes.begins(queue)).isTrue();
        await().atMost(LIMIT).until(() -> routes.outdated().isEmpty());
        assertThat(routes.begins(queue)).isTrue();
    }

    @Test
    void a_queue_whose_route_is_stopped_after_it_was_handed_over_begins_nothing_and_stays_stopped() throws Exception {
        String queue = "us_lta_verification";
        WorkerRoutes routes = handsOver("us/*");
        relieve(routes, queue);
        CompletableFuture<Void> stop = stop(queue);
        await().atMost(LIMIT).until(() -> {
            routes.outdated();
            return !routes.begins(queue);
        });
        endsWell(queue);
        staysStopped(routes, queue, stop);
    }

    @Test
    void a_queue_that_somebody_is_stopping_is_not_handed_over() throws Exception {
        String queue = "us_lta_verification";
        WorkerRoutes routes = handsOver("us/*");
        routes.refresh();
        begin(queue);
        CompletableFuture<Void> stop = stop(queue);
        await().atMost(LIMIT).until(() -> !routes.begins(queue));
        routes.replace(Set.of("verification"), () -> template("verification", "edited", ""), Map.of());
        await().atMost(LIMIT).until(() -> resting.get().contains(queue));
        endsWell(queue);
        staysStopped(routes, queue, stop);
    }

    /** Camel waits for the work in hand. */
    private CompletableFuture<Void> stop(String route) {
        return CompletableFuture.runAsync(() -> {
            try {
                camel.getRouteController().stopRoute(route);
            } catch (Exception failure) {
                throw new CompletionException(failure);
            }
        });
    }

    private void staysStopped(WorkerRoutes routes, String queue, CompletableFuture<Void> stop) throws Exception {
        stop.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        await().atMost(LIMIT).until(() -> routes.outdated().isEmpty());
        assertThat(routeIds()).contains(queue).doesNotContain(queue + "_2");
        assertThat(camel.getRouteController().getRouteStatus(queue).isStopped()).isTrue();
        camel.getRouteController().startRoute(queue);
        camel.createProducerTemplate().sendBody(endpoints.of(queue), "1");
        assertThat(worked.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(queue + " " + queue + " 1 edited");
    }

    /** Leaves work in hand on the route of the queue's name, while another serves the queue. */
    private void relieve(WorkerRoutes routes, String queue) throws Exception {
        routes.refresh();
        begin(queue);
        routes.replace(Set.of("verification"), () -> template("verification", "edited", ""), Map.of());
        await().atMost(LIMIT).until(() -> camel.getRoute(queue + "_2") != null);
    }

    @Test
    void a_template_of_which_no_route_can_be_made_makes_way_for_the_one_before() throws Exception {
        WorkerRoutes routes = routes("*/*");
        routes.refresh();
        begin("us_lta_verification");
        camel.getRouteController().stopRoute("cologne_lta_verification");
        BlockingQueue<Exception> why = new LinkedBlockingQueue<>();
        routes.replace(
                Set.of("verification"),
                () -> template("verification", "edited", "&nobody=knows"),
                Map.of("verification", failure -> {
                    template("verification");
                    why.add(failure);
                }));
        assertThat(why.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).hasStackTraceContaining("nobody=knows");
        endsWell("us_lta_verification");
        await().atMost(LIMIT).until(() -> routes.outdated().isEmpty());
        assertThat(resting.get()).isEmpty();
        assertThat(camel.getRouteController()
                        .getRouteStatus("cologne_lta_verification")
                        .isStopped())
                .as("what somebody stopped")
                .isTrue();
        camel.createProducerTemplate().sendBody(endpoints.of("us_lta_verification"), "hint");
        assertThat(worked.poll(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo("us_lta_verification us_lta_verification hint");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_queue_that_rests_for_an_edit_works_again_though_nobody_can_look_at_the_files(
            boolean folderGoes, @TempDir Path folder) throws Exception {
        WorkerRoutes routes = routes("us/*");
        routes.refresh();
        begin("us_lta_verification");
        Path file = Files.writeString(folder.resolve("5.camel.yaml"), text("verification", "", ""));
        try (RouteWatch watch = watch(folder, routes)) {
            Files.writeString(file, text("verification", "edited", ""));
            watch.again();
            assertThat(watch.problems()).isEmpty();
            await().atMost(LIMIT).until(() -> resting.get().contains("us_lta_verification"));
            if (folderGoes) {
                Files.delete(file);
                Files.delete(folder);
            }
            watch.start(folderGoes ? Duration.ofMillis(100) : Duration.ZERO);
            endsWell("us_lta_verification");
            await().atMost(LIMIT).until(() -> resting.get().isEmpty());
            camel.createProducerTemplate().sendBody(endpoints.of("us_lta_verification"), "hint");
            assertThat(worked.poll(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo("us_lta_verification us_lta_verification hint edited");
        }
    }

    @Test
    void a_template_that_made_way_is_tried_again_when_what_it_was_refused_for_is_gone(@TempDir Path folder)
            throws Exception {
        WorkerRoutes routes = routes("us/*");
        routes.refresh();
        Path file = Files.writeString(folder.resolve("5.camel.yaml"), text("verification", "", ""));
        try (RouteWatch watch = watch(folder, routes)) {
            Files.writeString(file, text("verification", "edited", "&exceptionHandler=#comesLater"));
            watch.again();
            watch.start(Duration.ZERO);
            await().atMost(LIMIT).until(() -> watch.problems().toString().contains("could not be started"));
            camel.getRegistry().bind("comesLater", new LoggingExceptionHandler(camel, WorkerRoutesIT.class));
            watch.changedElsewhere();
            await().atMost(LIMIT).until(() -> {
                // One that comes while the route is made anew may be lost.
                camel.createProducerTemplate().sendBody(endpoints.of("us_lta_verification"), "hint");
                return "us_lta_verification us_lta_verification hint edited".equals(worked.poll(1, TimeUnit.SECONDS));
            });
            assertThat(watch.problems()).isEmpty();
        }
    }

    /** Of the files that are there. */
    private RouteWatch watch(Path folder, WorkerRoutes routes) throws IOException {
        RouteFiles files = RouteFiles.read(folder);
        Given given = new Given(
                Map.of(
                        "perhapsLong",
                        camel.getRegistry().lookupByName("perhapsLong"),
                        "worked",
                        camel.getRegistry().lookupByName("worked")),
                new Properties(),
                Set.of(),
                Map.of(),
                Map.of());
        return new RouteWatch(
                folder, files, new RouteCheck(() -> given), new RunningRoutes(camel, routes, files), () -> {});
    }

    private static void settled(WorkerRoutes routes) {
        await().atMost(LIMIT).until(routes::refresh);
    }

    private void begin(String queue) throws InterruptedException {
        camel.createProducerTemplate().sendBody(endpoints.of(queue), LONG_WORK);
        assertThat(worked.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("begun");
    }

    private void endsWell(String queue) throws InterruptedException {
        mayEnd.countDown();
        assertThat(worked.poll(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("it was not interrupted")
                .isEqualTo(queue + " " + queue + " " + LONG_WORK);
    }

    @Test
    void an_operation_type_without_a_template_stops_with_its_name_and_file() throws Exception {
        database.execute("INSERT INTO operation_type VALUES ('weighing', 6, '{PROCESSING}', 'says how heavy data is')");

        assertThatThrownBy(() -> routes("*/*").refresh())
                .isInstanceOf(TemplateMissing.class)
                .hasMessageContaining("no routeTemplate with id weighing")
                .hasMessageContaining("cologne_processing_weighing")
                .hasMessageContaining("routes/6-staging.camel.yaml");
        assertThat(camel.getRoutes()).isEmpty();
    }

    @Test
    void a_pattern_of_another_shape_is_refused() {
        assertThatThrownBy(() -> routes("cologne")).hasMessage("\"cologne\": wants site/location, with * for any part");
    }

    private QueueEndpoints endpoints(String pattern) {
        return new QueueEndpoints(database.jdbi(), this::endpoint, pattern, 2);
    }

    /** On queues that a route can take over from another. */
    private WorkerRoutes handsOver(String... patterns) {
        endpoints = endpoints("memory-queue:{queue}?concurrentConsumers={concurrency}");
        return routes(patterns);
    }

    private WorkerRoutes routes(String... patterns) {
        return new WorkerRoutes(
                camel,
                new Locations(database.jdbi()),
                database.jdbi(),
                endpoints,
                new Reach(List.of(patterns), (location, type) -> !kept.contains(location + " " + type)),
                3,
                resting::set);
    }

    private Set<String> routeIds() {
        return camel.getRoutes().stream().map(Route::getRouteId).collect(Collectors.toSet());
    }

    private void template(String type) throws Exception {
        template(type, "", "");
    }

    /** In place of the one that is there. */
    private void template(String type, String says, String option) throws Exception {
        camel.removeRouteTemplateDefinitions(type);
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.fromString(type + ".camel.yaml", text(type, says, option)));
    }

    private static String text(String type, String says, String option) {
        return """
                - routeTemplate:
                    id: %s
                    description: "Works"
                    parameters: [ { name: queue }, { name: endpoint } ]
                    route:
                      from:
                        uri: "{{endpoint}}%s"
                        steps:
                          - setBody: { simple: "{{queue}} ${body}%s" }
                          - to: "bean:perhapsLong"
                          - to: "bean:worked"
                """.formatted(type, option, says.isEmpty() ? "" : " " + says);
    }
}
