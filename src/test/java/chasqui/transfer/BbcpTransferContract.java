package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseRenewer;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.Alteration;
import chasqui.testing.OpenFiles;
import chasqui.testing.Sshd;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestMethods;
import chasqui.testing.TestRoutes;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import chasqui.unpacking.UnpackingEffects;
import chasqui.unpacking.UnpackingManager;
import chasqui.unpacking.UnpackingSettings;
import chasqui.unpacking.UnpackingWorker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Stage 3 with bbcp to and from another host, through the real routes: what the database says in the end. The other host
 * is this one, through an ssh server of our own.
 */
abstract class BbcpTransferContract {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Longer than ssh and two programs need to start on a busy machine. */
    private static final Duration STALL = Duration.ofSeconds(10);

    private static final String PUSH = "ccat_buffer_data_transfer";
    private static final String PULL = "cologne_buffer_data_transfer";

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final OperationStore operations =
            TestKernel.of(database.jdbi(), Duration.ofMillis(1), new TransferEffects(), new UnpackingEffects());
    private final Locations locations = new Locations(database.jdbi());
    private final TransferSettings settings = new TransferSettings("auto", new StallLimit(Duration.ofMinutes(1)));
    private final TransferManager manager = new TransferManager(database.jdbi(), locations, settings);
    private final TransferWorker worker = new TransferWorker(database.jdbi(), operations, locations, settings);
    /** Whom this test has stopped: nobody else would end them. */
    private final List<ProcessHandle> stopped = new ArrayList<>();

    private final ExecutorService background = Executors.newSingleThreadExecutor();
    private Path folder;
    private Sshd sshd;
    private Path program;
    private TestTransfers.Assembled assembled;
    private TestRoutes routes;

    /** @param folder for what it needs */
    abstract Path program(Path folder) throws Exception;

    @BeforeEach
    void two_sites(@TempDir Path temporary) throws Exception {
        folder = temporary;
        program = program(folder);
        sshd = Sshd.start(folder);
        TestTopology.on(database.jdbi(), folder);
        Map<String, Object> beans = TestMethods.beans(TestMethods.bbcp(program.toString(), STALL));
        beans.put("transferManager", manager);
        beans.put("transferWorker", worker);
        routes = new TestRoutes(
                Files.createDirectory(folder.resolve("routes")),
                operations,
                beans,
                "3-transfer.camel.yaml",
                "transfer-methods.camel.yaml");
        // What the workers of a buffer make at their start.
        for (String site : List.of("ccat", "cologne")) {
            Files.createDirectories(packages.root(site, "buffer").resolve(".chasqui/incoming"));
        }
    }

    @AfterEach
    void close() {
        stopped.forEach(ProcessHandle::destroyForcibly);
        background.shutdownNow();
        if (routes != null) {
            routes.close();
        }
        if (sshd != null) {
            sshd.close();
        }
        database.close();
    }

    private void elsewhere(String site, String host) {
        database.execute("""
                UPDATE data_location l SET host = '%s', host_user = '%s' FROM site s
                 WHERE s.id = l.site_id AND s.short_name = '%s' AND l.name = 'buffer'
                """.formatted(host, System.getProperty("user.name"), site));
        locations.refresh();
    }

    private void way(boolean pull, String ssh, String rate) {
        database.execute("DELETE FROM transfer_route");
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, pull, rate_limit_bytes_per_second, options)
                SELECT o.id, d.id, %s, %s, '{"ssh": "%s", "remote_command": "%s"}' FROM site o, site d
                 WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """.formatted(pull, rate, ssh, program));
    }

    private void assemble(int size) throws Exception {
        assembled = packages.assembled(List.of(packages.buffered("ccat", size)), "cologne");
        assertThat(manager.findWork()).isEqualTo(1);
    }

    /** A push to cologne over ssh, recorded. */
    private void push(int size, String rate) throws Exception {
        elsewhere("cologne", Sshd.HOST);
        way(false, sshd.ssh(), rate);
        assemble(size);
    }

    /** One attempt, as the worker route makes it; a failure is recorded and parks, fails or repeats the work. */
    private void attempt(String queue) throws Exception {
        AtomicReference<Lease> claimed = new AtomicReference<>();
        Awaitility.await().atMost(LIMIT).until(() -> {
            // As if the pauses were over, of the work and of a link that is given up for now.
            database.execute("UPDATE operation SET not_before = clock_timestamp() WHERE status = 'PENDING'");
            database.execute("UPDATE link SET probe_at = clock_timestamp() WHERE probe_at IS NOT NULL");
            database.values("SELECT id FROM wake_parked()");
            manager.findWork();
            operations.claim(queue).ifPresent(claimed::set);
            return claimed.get() != null;
        });
        Lease lease = claimed.get();
        try {
            Transfer transfer = worker.prepare(lease);
            routes.send("direct:transfer-" + transfer.method(), lease, Map.of("transfer", transfer));
            worker.sent(lease, transfer);
        } catch (Exception failure) {
            try {
                new chasqui.recovery.FailurePolicy(operations).record(lease, failure);
            } catch (chasqui.pipeline.ChasquiException forTheBreaker) {
                assertThat(forTheBreaker).isNotNull();
            }
        }
    }

    /** What the destination's own worker does with what has arrived. */
    private void unpack() throws Exception {
        new UnpackingManager(database.jdbi()).findWork();
        UnpackingSettings patient = new UnpackingSettings(3, new StallLimit(Duration.ofMinutes(1)));
        new UnpackingWorker(database.jdbi(), operations, locations, patient, NodeIdentity.starting("cologne"))
                .work(operations.claim("cologne_buffer_data_transfer_unpacking").orElseThrow());
    }

    private String copiesAtCologne() {
        return database.value("""
                SELECT count(*) FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                  JOIN site s ON s.id = l.site_id WHERE s.short_name = 'cologne'
                """);
    }

    /** Which failure the operation shows, and how many attempts it has used. */
    private String stands() {
        return database.value(
                "SELECT status || ' ' || coalesce(failure_kind::text, 'well') || ' ' || attempt FROM operation");
    }

    private String message() {
        return database.value("SELECT failure_message FROM operation");
    }

    private String sent() {
        return database.value("SELECT status || ' ' || (sent_at IS NOT NULL) FROM data_transfer");
    }

    private Path arrived() {
        return packages.root("cologne", "buffer")
                .resolve(".chasqui/incoming")
                .resolve(database.value("SELECT incoming_name FROM data_transfer"));
    }

    /** The only file below a folder, notes about it aside. */
    private static Path only(Path folder) throws Exception {
        try (var all = Files.walk(folder)) {
            return all.filter(file ->
                            Files.isRegularFile(file) && !file.toString().endsWith(".txt"))
                    .reduce((one, other) -> {
                        throw new AssertionError(one + " and " + other);
                    })
                    .orElseThrow();
        }
    }

    private List<Path> incoming() throws Exception {
        try (var all = Files.list(packages.root("cologne", "buffer").resolve(".chasqui/incoming"))) {
            return all.toList();
        }
    }

    @Test
    void a_package_is_pushed_to_another_host() throws Exception {
        push(3_000_000, "NULL");
        attempt(PUSH);
        assertThat(sent()).isEqualTo("PENDING true");
        assertThat(arrived()).hasSameBinaryContentAs(assembled.file());
        assertThat(database.value("SELECT method || ' ' || bytes_done FROM data_transfer, operation_history"))
                .isEqualTo("bbcp " + assembled.digest().sizeBytes());
        assertThat(copiesAtCologne())
                .as("nothing is PRESENT there before it was read back there")
                .isEqualTo("0");
    }

    @Test
    void a_package_is_pulled_by_the_destination() throws Exception {
        elsewhere("ccat", Sshd.HOST);
        way(true, sshd.ssh(), "NULL");
        assemble(3_000_000);
        attempt(PULL);
        assertThat(sent()).isEqualTo("PENDING true");
        assertThat(arrived()).hasSameBinaryContentAs(assembled.file());
        assertThat(packages.root("cologne", "buffer").resolve(".chasqui/tmp")).isEmptyDirectory();
    }

    @ParameterizedTest(name = "{0}, pulled: {1}")
    @CsvSource({"BIT_IN_THE_MIDDLE, false", "TRUNCATED, false", "BLOCK_OF_ZEROS, true"})
    void what_the_destination_did_not_keep_is_put_aside_and_sent_again(Alteration how, boolean pulled)
            throws Exception {
        elsewhere(pulled ? "ccat" : "cologne", Sshd.HOST);
        way(pulled, sshd.ssh(), "NULL");
        assemble(3_000_000);
        attempt(pulled ? PULL : PUSH);
        Path first = arrived();
        how.apply(first);
        byte[] altered = Files.readAllBytes(first);
        unpack();
        assertThat(copiesAtCologne()).as("bbcp was content").isEqualTo("0");
        assertThat(sent()).isEqualTo("PENDING false");
        assertThat(only(packages.root("cologne", "buffer").resolve(".chasqui/quarantine")))
                .hasBinaryContent(altered);
        attempt(pulled ? PULL : PUSH);
        assertThat(arrived()).isNotEqualTo(first);
        unpack();
        assertThat(sent()).isEqualTo("COMPLETED true");
        assertThat(only(packages.root("cologne", "buffer").resolve("rdp"))).hasSameBinaryContentAs(assembled.file());
    }

    @Test
    void a_pull_that_is_cut_leaves_nothing_and_the_next_one_succeeds() throws Exception {
        elsewhere("ccat", Sshd.HOST);
        way(true, sshd.ssh(), Integer.toString(4 << 20));
        assemble(24 << 20);
        Path tmp = packages.root("cologne", "buffer").resolve(".chasqui/tmp");
        Future<?> attempt = background.submit(() -> {
            attempt(PULL);
            return null;
        });
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> Files.isDirectory(tmp) && tmp.toFile().list().length > 0);
        sshd.stop();
        attempt.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(stands()).isEqualTo("PENDING LINK 0");
        assertThat(tmp).isEmptyDirectory();
        assertThat(sshd.listen()).isTrue();
        database.execute("UPDATE transfer_route SET rate_limit_bytes_per_second = NULL");
        attempt(PULL);
        assertThat(sent()).isEqualTo("PENDING true");
        assertThat(arrived()).hasSameBinaryContentAs(assembled.file());
    }

    @Test
    void a_link_that_is_down_for_a_hundred_times_the_allowed_attempts_costs_no_hand() throws Exception {
        push(1000, "NULL");
        database.execute("UPDATE operation SET max_attempts = 1");
        sshd.stop();
        for (int i = 0; i < 100; i++) {
            attempt(PUSH);
            assertThat(stands()).isEqualTo("PENDING LINK 0");
        }
        assertThat(message())
                .contains(assembled.name())
                .contains("cannot be reached by ssh")
                .contains("Connection refused");
        assertThat(sshd.listen()).isTrue();
        attempt(PUSH);
        assertThat(sent()).isEqualTo("PENDING true");
        assertThat(arrived()).hasSameBinaryContentAs(assembled.file());
    }

    @Test
    void a_transfer_that_stands_still_parks_and_goes_under_another_name_when_the_link_is_back() throws Exception {
        push(24 << 20, Integer.toString(2 << 20));
        Future<?> attempt = background.submit(() -> {
            attempt(PUSH);
            return null;
        });
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> !incoming().isEmpty() && Files.size(incoming().get(0)) > 0);
        Path first = incoming().get(0);
        List<ProcessHandle> agents = sshd.processes().stream()
                .filter(process -> OpenFiles.lastArgument(process).equals("SNK"))
                .toList();
        stopped.addAll(agents);
        for (ProcessHandle agent : agents) {
            new ProcessBuilder("sh", "-c", "kill -STOP \"$1\"", "sh", "" + agent.pid())
                    .start()
                    .waitFor();
        }
        attempt.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(stands()).isEqualTo("PENDING LINK 0");
        assertThat(message()).contains("no byte has moved for too long");
        assertThat(OpenFiles.openers(assembled.file()))
                .as("nobody here goes on")
                .isEmpty();
        // The agents over there still hold their file; the next attempt does not wait for them.
        database.execute("UPDATE transfer_route SET rate_limit_bytes_per_second = NULL");
        attempt(PUSH);
        assertThat(sent()).isEqualTo("PENDING true");
        assertThat(arrived()).isNotEqualTo(first).hasSameBinaryContentAs(assembled.file());
    }

    @Test
    void progress_is_in_the_operations_row_while_bytes_move() throws Exception {
        push(16 << 20, Integer.toString(2 << 20));
        Future<?> attempt = background.submit(() -> {
            attempt(PUSH);
            return null;
        });
        try (LeaseRenewer renewer = new LeaseRenewer(operations, () -> {})) {
            Awaitility.await().atMost(LIMIT).until(() -> {
                renewer.renewAll();
                return database.value("SELECT bytes_done > 2000000 AND bytes_done < bytes_total FROM operation")
                        .startsWith("t");
            });
        }
        attempt.cancel(true);
    }

    @Test
    void a_file_that_changes_while_it_is_sent_is_charged_to_the_item() throws Exception {
        push(12 << 20, Integer.toString(2 << 20));
        Future<?> attempt = background.submit(() -> {
            attempt(PUSH);
            return null;
        });
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> !incoming().isEmpty() && Files.size(incoming().get(0)) > 0);
        try (var file = Files.newByteChannel(assembled.file(), StandardOpenOption.WRITE)) {
            file.position((12 << 20) - 10).write(java.nio.ByteBuffer.wrap(new byte[] {1}));
        }
        attempt.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(stands()).as("same size, so that bbcp is content").isEqualTo("PENDING ITEM 1");
        assertThat(message()).contains("was changed while it was sent");
        assertThat(sent()).isEqualTo("SCHEDULED false");
    }

    @Test
    void a_buffer_over_there_that_is_not_mounted_is_charged_to_the_location() throws Exception {
        push(1000, "NULL");
        Files.delete(packages.root("cologne", "buffer").resolve(".chasqui/incoming"));
        attempt(PUSH);
        assertThat(stands()).isEqualTo("PENDING LOCATION 0");
        assertThat(message()).contains(".chasqui/incoming; mount or make it");
        Files.createDirectory(packages.root("cologne", "buffer").resolve(".chasqui/incoming"));
        attempt(PUSH);
        assertThat(sent()).isEqualTo("PENDING true");
    }

    @Test
    void a_host_that_is_a_command_is_never_shown_to_ssh() throws Exception {
        // The database refuses it, too: what came before that, or round it, must do no harm either.
        database.execute("ALTER TABLE data_location DROP CONSTRAINT data_location_host_check");
        elsewhere("cologne", "-oProxyCommand=touch " + folder + "/PWN");
        way(false, sshd.ssh(), "NULL");
        assemble(1000);
        attempt(PUSH);
        assertThat(stands()).isEqualTo("PENDING LINK 0");
        assertThat(message()).contains("is no name or address").contains("correct the topology");
        assertThat(folder.resolve("PWN")).doesNotExist();
    }

    @Test
    void options_that_are_wrong_park_the_work_with_what_is_wrong() throws Exception {
        push(1000, "NULL");
        database.execute("UPDATE transfer_route SET options = '{\"streams\": \"99\", \"colour\": \"red\"}'");
        attempt(PUSH);
        assertThat(stands()).isEqualTo("PENDING LINK 0");
        assertThat(message()).contains("streams: \"99\"").contains("colour: bbcp has no such option");
    }

    @Test
    void without_bbcp_on_this_machine_the_work_waits_and_says_what_to_install() throws Exception {
        push(1000, "NULL");
        Map<String, Object> without = TestMethods.beans();
        BbcpMethod method = (BbcpMethod) without.get("bbcpMethod");
        Lease lease = operations.claim(PUSH).orElseThrow();
        Transfer transfer = worker.prepare(lease);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> method.move(lease, transfer)))
                .hasMessageContaining("/nowhere/bbcp: there is no such program")
                .hasMessageContaining("chasqui.bbcp.command");
    }
}
