package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestMethods;
import chasqui.testing.TestRoutes;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real route files of stage 3. */
class TransferRouteIT {
    private static final String QUEUE = "ccat_buffer_data_transfer";

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final OperationStore operations =
            TestKernel.of(database.jdbi(), Duration.ofMinutes(1), new TransferEffects());
    private TestTransfers.Assembled assembled;
    private TestRoutes routes;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        assembled = packages.assembled(List.of(packages.buffered("ccat", 100)), "cologne");
        routes = new TestRoutes(
                Files.createDirectory(folder.resolve("routes")),
                operations,
                beans(),
                "3-transfer.camel.yaml",
                "transfer-methods.camel.yaml");
        routes.worker("data_transfer", QUEUE);
    }

    @AfterEach
    void stop() {
        routes.close();
        database.close();
    }

    private Map<String, Object> beans() {
        Map<String, Object> beans = TestMethods.beans();
        beans.put("transferManager", manager("cp"));
        beans.put(
                "transferWorker",
                new TransferWorker(database.jdbi(), operations, new Locations(database.jdbi()), settings("cp")));
        return beans;
    }

    private TransferManager manager(String method) {
        return new TransferManager(database.jdbi(), new Locations(database.jdbi()), settings(method));
    }

    private static TransferSettings settings(String method) {
        return new TransferSettings(method, new StallLimit(Duration.ofMinutes(1)));
    }

    private String transfer() {
        return database.value("SELECT status || ' ' || (sent_at IS NOT NULL) FROM data_transfer");
    }

    @Test
    void a_transfer_is_moved_by_the_route_of_its_method() throws Exception {
        manager("cp").findWork();
        routes.wake(QUEUE);
        assertThat(transfer()).isEqualTo("PENDING true");
        assertThat(packages.root("cologne", "buffer").resolve(".chasqui/incoming"))
                .isDirectoryContaining("glob:**" + assembled.name() + "-*-1");
        assertThat(database.value("SELECT status FROM operation_history")).isEqualTo("COMPLETED");
    }

    @Test
    void a_method_without_a_route_is_told_and_costs_nothing() {
        manager("carrier-pigeon").findWork();
        routes.wake(QUEUE);
        assertThat(transfer()).isEqualTo("SCHEDULED false");
        assertThat(database.value("SELECT failure_kind || ' ' || attempt || ': ' || failure_message FROM operation"))
                .startsWith("PLATFORM 0: ")
                .contains(assembled.name())
                .contains("no route direct:transfer-carrier-pigeon is running here");
    }

    @Test
    void a_method_that_an_operator_stops_loses_no_transfer_and_goes_on_when_it_is_started() throws Exception {
        for (int i = 0; i < 3; i++) {
            packages.assembled(List.of(packages.buffered("ccat", 100)), "cologne");
        }
        routes.stop("transfer-cp");
        manager("cp").findWork();
        routes.wake(QUEUE);
        assertThat(database.value("SELECT count(*) FROM operation WHERE status = 'FAILED' OR attempt > 0"))
                .isEqualTo("0");
        assertThat(database.values("SELECT cause || ' ' || occurrences FROM notification"))
                .as("one for all of them")
                .containsExactly("transfer-method:cp 4");
        routes.start("transfer-cp");
        database.execute("UPDATE operation SET not_before = clock_timestamp()");
        manager("cp").findWork();
        routes.wake(QUEUE);
        assertThat(database.value("SELECT count(*) FROM data_transfer WHERE sent_at IS NOT NULL"))
                .isEqualTo("4");
    }

    @Test
    void a_method_that_is_away_while_it_is_replaced_is_waited_for() throws Exception {
        manager("cp").findWork();
        routes.stop("transfer-cp");
        long stopped = System.nanoTime();
        Thread worker = new Thread(() -> routes.wake(QUEUE));
        worker.start();
        await().pollInterval(Duration.ofMillis(5))
                .until(() -> !worker.isAlive()
                        || Stream.of(worker.getStackTrace())
                                .anyMatch(frame -> frame.getClassName().endsWith(".DirectComponent")
                                        && frame.getMethodName().equals("getConsumer")));
        routes.start("transfer-cp");
        worker.join();
        assumeTrue(
                Duration.ofNanos(System.nanoTime() - stopped).toMillis() < 900
                        || transfer().endsWith("true"),
                "this machine is too busy to replace a route within a second");
        assertThat(transfer()).isEqualTo("PENDING true");
        assertThat(database.value("SELECT count(*) FROM notification")).isEqualTo("0");
    }

    @Test
    void a_parked_transfer_follows_a_route_whose_method_was_corrected() {
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, method)
                SELECT o.id, d.id, 'carrier-pigeon' FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
        manager("cp").findWork();
        routes.wake(QUEUE);
        assertThat(transfer()).isEqualTo("SCHEDULED false");
        database.execute("UPDATE transfer_route SET method = 'cp'");
        database.execute("UPDATE operation SET not_before = clock_timestamp()");
        manager("cp").findWork();
        routes.wake(QUEUE);
        assertThat(transfer()).isEqualTo("PENDING true");
    }

    @Test
    void a_parked_transfer_follows_a_setting_that_was_corrected() {
        manager("carrier-pigeon").findWork();
        routes.wake(QUEUE);
        assertThat(transfer()).isEqualTo("SCHEDULED false");
        database.execute("UPDATE operation SET not_before = clock_timestamp()");
        manager("cp").findWork();
        routes.wake(QUEUE);
        assertThat(transfer()).isEqualTo("PENDING true");
    }

    @Test
    void an_error_inside_a_method_reaches_the_failure_policy_once() throws Exception {
        manager("cp").findWork();
        Files.write(assembled.file(), new byte[] {1});
        routes.wake(QUEUE);
        assertThat(database.value("SELECT attempt || ' ' || failure_kind FROM operation"))
                .isEqualTo("1 ITEM");
        assertThat(database.value("SELECT count(*) FROM operation_attempt")).isEqualTo("1");
    }

    @Test
    void work_that_goes_another_way_now_ends_without_a_method() throws Exception {
        manager("cp").findWork();
        database.execute("UPDATE physical_copy SET state = 'MISSING' WHERE raw_data_package_id IS NOT NULL");
        Files.delete(assembled.file());
        routes.wake(QUEUE);
        assertThat(database.value("SELECT status FROM operation_history")).isEqualTo("CANCELLED");
        assertThat(database.value("SELECT failure_message FROM operation"))
                .as("and is decided anew at once")
                .contains("no readable copy of " + assembled.name());
    }

    @Test
    void a_place_that_became_free_is_filled_without_waiting_for_the_managers_interval() throws Exception {
        for (int i = 0; i < 4; i++) {
            packages.assembled(List.of(packages.buffered("ccat", 100)), "cologne");
        }
        assertThat(manager("cp").findWork())
                .as("as many as the link carries at once")
                .isEqualTo(2);
        routes.wake(QUEUE);
        assertThat(database.value("SELECT count(*) FROM data_transfer WHERE sent_at IS NOT NULL"))
                .isEqualTo("5");
    }

    @Test
    void a_destination_that_is_gone_does_not_stop_another_of_the_same_queue() throws Exception {
        for (int i = 0; i < 6; i++) {
            packages.assembled(List.of(packages.buffered("ccat", 100)), "cologne");
        }
        packages.assembled(List.of(packages.buffered("ccat", 100)), "us");
        Files.delete(packages.root("cologne", "buffer"));
        manager("cp").findWork();
        routes.wake(QUEUE);
        assertThat(database.value("""
                SELECT count(*) || ' ' || min(s.short_name) FROM data_transfer t JOIN site s ON s.id = t.destination_site_id
                 WHERE t.sent_at IS NOT NULL
                """)).isEqualTo("1 us");
        assertThat(database.value("SELECT count(*) FROM link"))
                .as("no link is to blame")
                .isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM operation WHERE status = 'FAILED' OR attempt > 0"))
                .isEqualTo("0");
    }

    @Test
    void a_hint_without_work_is_harmless() {
        routes.wake(QUEUE);
        assertThat(transfer()).isEqualTo("PENDING false");
    }
}
