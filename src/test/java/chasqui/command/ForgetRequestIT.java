package chasqui.command;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.inspection.NodeReader;
import chasqui.inspection.NodeStatus;
import chasqui.link.LinkSettings;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import chasqui.transfer.TransferEffects;
import chasqui.transfer.TransferManager;
import chasqui.transfer.TransferSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A node that holds a transfer at a place that nobody else reaches, and how it is given up. */
class ForgetRequestIT {
    private static final String QUEUE = "ccat_buffer_data_transfer";

    private final TestDatabase database = new TestDatabase();
    private final OperationStore operations = TestKernel.of(database.jdbi(), new TransferEffects());
    private final TransferManager manager = new TransferManager(
            database.jdbi(),
            new Locations(database.jdbi()),
            new TransferSettings("cp", LinkSettings.DEFAULT, new StallLimit(Duration.ofMinutes(1))));
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ForgetRequest request = new ForgetRequest(
            database.jdbi(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));

    @BeforeEach
    void a_transfer_in_hand_of_one_node_and_another_that_does_not_reach_it(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        TestTransfers packages = new TestTransfers(database.jdbi());
        packages.assembled(List.of(packages.buffered("ccat", 1000)), "cologne");
        manager.findWork();
        operations.claim(QUEUE).orElseThrow();
        database.execute("""
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations)
                SELECT 'chile', lease_boot_id, 'test', 'mountain.example.org', 7, '{worker}', '{ccat/*}' FROM operation;
                UPDATE operation SET lease_owner = 'chile';
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations)
                VALUES ('cologne', gen_random_uuid(), 'test', 'here', 8, '{worker,monitor}', '{cologne/*}');
                INSERT INTO preflight_finding (node, data_location_id, check_name, stops, reason)
                SELECT 'chile', id, 'disk', '{}', 'no space left' FROM data_location WHERE id = 1
                """);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void silent() {
        database.execute("UPDATE node SET heartbeat_at = clock_timestamp() - interval '2 h' WHERE name = 'chile'");
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '119 min'");
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String inHand() {
        return database.value("SELECT status FROM operation");
    }

    @Test
    void a_node_that_is_gone_for_good_is_forgotten_and_its_work_goes_on_elsewhere() {
        silent();
        assertThat(operations.recoverStale(10)).as("nobody else could do it").isEmpty();
        assertThat(new NodeReader(database.jdbi()).read())
                .filteredOn(node -> node.name().equals("chile"))
                .singleElement()
                .satisfies(node -> assertThat(node.warnings()).isNotEmpty());

        assertThat(request.forget("chile", "maria", " burnt down ")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("chile is forgotten; it was last heard of at 20")
                .contains("on mountain.example.org")
                .contains("1 operations in its name go back to their queues")
                .doesNotContain("role monitor");
        assertThat(new NodeReader(database.jdbi()).read())
                .extracting(NodeStatus::name)
                .containsExactly("cologne");
        assertThat(database.value("SELECT count(*) FROM preflight_finding")).isEqualTo("0");
        assertThat(database.values(
                        "SELECT who || ': ' || action || ' ' || subject || ', ' || reason || ', ' || (details ->> 'host')"
                                + " || ' ' || (details ->> 'operations') FROM audit"))
                .containsExactly("maria: node forgotten node chile, burnt down, mountain.example.org 1");

        assertThat(operations.recoverStale(10)).hasSize(1);
        assertThat(database.value("SELECT status || ' ' || stalls || ' ' || attempt FROM operation"))
                .isEqualTo("PENDING 0 0");
        assertThat(database.value("SELECT status FROM data_transfer")).isEqualTo("SCHEDULED");
        manager.findWork();
        assertThat(operations.claim(QUEUE))
                .as("whoever reaches it now can take it")
                .isPresent();
    }

    @Test
    void the_database_is_that_of_the_options_wherever_they_stand(@TempDir Path folder) throws Exception {
        Path config = folder.resolve("here.properties");
        Properties settings = new Properties();
        settings.putAll(database.settings());
        try (var file = Files.newBufferedWriter(config)) {
            settings.store(file, null);
        }
        silent();
        CommandLine nodes = new CommandLine(new NodesCommand());
        assertThat(nodes.execute("--config", config.toString(), "forget", "chile", "--reason", "burnt down"))
                .isZero();
        assertThat(database.values("SELECT name FROM node")).containsExactly("cologne");
        database.execute("UPDATE node SET heartbeat_at = clock_timestamp() - interval '2 h'");
        assertThat(nodes.execute("forget", "cologne", "--reason", "burnt down", "--config", config.toString()))
                .isZero();
        assertThat(database.values("SELECT name FROM node")).isEmpty();
    }

    @Test
    void a_node_that_beats_is_refused_with_its_host_and_its_last_beat() {
        assertThat(request.forget("chile", "maria", "its disks are old")).isEqualTo(2);
        assertThat(err())
                .contains("node chile beats: process 7 on mountain.example.org, started 20")
                .contains(" s ago (20")
                .contains("stop it first");
        assertThat(database.value("SELECT count(*) FROM node")).isEqualTo("2");
        assertThat(database.value("SELECT count(*) FROM audit")).isEqualTo("0");
        assertThat(inHand()).isEqualTo("IN_PROGRESS");
    }

    @Test
    void an_unknown_node_is_answered_with_those_there_are_and_no_reason_is_not_enough() {
        silent();
        assertThat(request.forget("atlantis", "maria", "sunk")).isEqualTo(2);
        assertThat(request.forget("chile", "maria", " ")).isEqualTo(2);
        assertThat(err())
                .contains("there is no node \"atlantis\" in the register; there are: chile, cologne")
                .contains("--reason");
        assertThat(database.value("SELECT count(*) FROM node")).isEqualTo("2");
    }

    @Test
    void whoever_forgets_is_told_that_nobody_runs_who_puts_its_work_back() {
        silent();
        database.execute("UPDATE node SET roles = '{worker}'");
        assertThat(request.forget("chile", "maria", "burnt down")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("only when a node with the role monitor runs");
    }
}
