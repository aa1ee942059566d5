package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.inspection.NodeReader;
import chasqui.pipeline.NodeIdentity;
import chasqui.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodesIT {
    private static final long ME = ProcessHandle.current().pid();
    private static final long ALIVE =
            ProcessHandle.current().parent().orElseThrow().pid();

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestDatabase database = new TestDatabase();

    @AfterEach
    void close() {
        database.close();
    }

    private Nodes enter(String host, long processId) {
        return enter(host, "this start of this machine", processId);
    }

    private Nodes enter(String host, String machine, long processId) {
        Nodes nodes = nodes(host, machine, processId, Clock.systemUTC());
        nodes.enter();
        return nodes;
    }

    private Nodes nodes(String host, String machine, long processId, Clock clock) {
        return new Nodes(
                database.jdbi(),
                NodeIdentity.starting("cologne"),
                new NodeProcess("test", List.of("worker"), List.of("*/*"), host, machine, processId),
                clock);
    }

    @Test
    void a_name_that_a_living_process_has_is_refused() {
        enter("here", ALIVE);
        assertThatThrownBy(() -> enter("here", ME))
                .isInstanceOf(NodeNameTaken.class)
                .hasMessageContaining("process " + ALIVE + " on here, started 20")
                .hasMessageContaining("chasqui.node.name");
        assertThatThrownBy(() -> enter("there", ME)).isInstanceOf(NodeNameTaken.class);
        assertThat(database.value("SELECT process_id FROM node")).isEqualTo(Long.toString(ALIVE));
    }

    @Test
    void a_name_is_free_after_its_process_has_died_stopped_or_fallen_silent() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        enter("here", dead.pid());
        enter("here", ALIVE).leave();
        enter("there", ALIVE);
        database.execute("UPDATE node SET heartbeat_at = clock_timestamp() - interval '1 minute'");
        enter("here", ME);
        enter("here", ME);
        assertThat(database.value("SELECT process_id || ' ' || host FROM node")).isEqualTo(ME + " here");
    }

    @Test
    void a_name_is_free_when_its_process_is_dead_but_not_yet_reaped() throws Exception {
        Process parent = new ProcessBuilder("sh", "-c", "sleep 0.3 & echo $!; exec sleep 600").start();
        try {
            long zombie = Long.parseLong(parent.inputReader().readLine());
            Path state = Path.of("/proc", Long.toString(zombie), "stat");
            await().atMost(LIMIT).until(() -> Files.readString(state).contains(") Z "));
            enter("here", zombie);
            enter("here", ME);
            assertThat(database.value("SELECT process_id FROM node")).isEqualTo(Long.toString(ME));
        } finally {
            parent.destroy();
            parent.waitFor();
        }
    }

    @Test
    void a_name_is_free_when_a_younger_process_has_the_id_of_the_dead_one() throws Exception {
        Process younger = new ProcessBuilder("sleep", "600").start();
        try {
            enter("here", younger.pid());
            assertThatThrownBy(() -> enter("here", ME)).isInstanceOf(NodeNameTaken.class);
            database.execute("UPDATE node SET heartbeat_at = clock_timestamp() - interval '20 s'");
            enter("here", ME);
            assertThat(database.value("SELECT process_id FROM node")).isEqualTo(Long.toString(ME));
        } finally {
            younger.destroy();
            younger.waitFor();
        }
    }

    @Test
    void a_name_is_refused_to_another_machine_of_the_same_host_name() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        enter("localhost", "one machine", dead.pid());
        assertThatThrownBy(() -> enter("localhost", "another", ME)).isInstanceOf(NodeNameTaken.class);
        enter("localhost", "one machine", ME);
    }

    @Test
    void a_beat_tells_how_the_node_is() {
        Nodes nodes = enter("here", ME);
        database.execute("UPDATE node SET heartbeat_at = clock_timestamp() - interval '1 hour'");
        assertThat(nodes.beat(3)).isFalse();
        assertThat(database.value("SELECT count(*) FROM live_node WHERE held = 3 AND processors > 0"))
                .isEqualTo("1");
        assertThat(offsetSeconds()).isBetween(-5L, 5L);
        assertThat(nodes.trouble()).isEmpty();
    }

    @Test
    void a_clock_that_is_five_minutes_off_is_told() {
        Nodes nodes = nodes("here", "m", ME, Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-5)));
        nodes.enter();
        nodes.beat(0);
        assertThat(offsetSeconds()).isBetween(-310L, -290L);
        assertThat(new NodeReader(database.jdbi()).read().get(0).warnings())
                .singleElement()
                .asString()
                .startsWith("its clock is ")
                .contains("behind the database's");
    }

    private long offsetSeconds() {
        return Long.parseLong(database.value("SELECT clock_offset_millis / 1000 FROM node"));
    }

    @Test
    void a_node_whose_name_was_taken_while_it_was_silent_says_so_and_takes_nothing_back() {
        Nodes silent = enter("there", ME);
        database.execute("UPDATE node SET heartbeat_at = clock_timestamp() - interval '1 minute'");
        Nodes other = enter("here", ME);
        assertThat(silent.beat(1)).isFalse();
        assertThat(silent.trouble()).hasValueSatisfying(says -> assertThat(says)
                .contains("process " + ME + " on here has taken the name cologne")
                .contains("stop one of the two"));
        assertThat(database.value("SELECT host || held FROM node")).isEqualTo("here0");
        other.leave();
        assertThat(silent.beat(1)).as("it has entered again").isTrue();
        assertThat(silent.trouble()).isEmpty();
        assertThat(database.value("SELECT host FROM live_node")).isEqualTo("there");
    }

    @Test
    void a_node_that_was_not_heard_of_for_long_leaves_the_register_unless_work_is_in_its_name() {
        database.execute("""
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations, heartbeat_at, stopped_at)
                SELECT name, gen_random_uuid(), '1', 'h', 1, '{worker}', '{}', now() - age, now() - age + later
                  FROM (VALUES ('stopped', interval '31 days', interval '0'), ('crashed', '31 days', NULL),
                               ('working', '31 days', NULL), ('of late', '29 days', NULL),
                               ('stopped of late', '31 days', interval '2 days')) AS n (name, age, later)
                """);
        database.execute("""
                INSERT INTO site (short_name, name) VALUES ('us', 'us');
                INSERT INTO data_location (site_id, name, location_type, storage_type, root)
                SELECT id, 'buffer', 'BUFFER', 'DISK', '/nowhere' FROM site;
                INSERT INTO preflight_finding (node, data_location_id, check_name, stops, reason)
                SELECT node, l.id, 'disk', '{*}', 'gone' FROM data_location l, unnest('{crashed,of late}'::text[]) AS node;
                INSERT INTO deletion_batch (data_location_id) SELECT id FROM data_location;
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id, status, lease_owner, lease_token,
                                       lease_boot_id, lease_expires_at, claimed_at)
                SELECT 'deletion', data_location_id, 'us_buffer_deletion', id, 'IN_PROGRESS', 'working', gen_random_uuid(), gen_random_uuid(),
                       now(), now() FROM deletion_batch
                """);
        assertThat(database.values("SELECT name FROM forget_nodes(0)")).isEmpty();
        assertThat(database.values("SELECT name FROM forget_nodes(86400 * 30)")).containsExactly("crashed", "stopped");
        assertThat(database.values("SELECT name FROM node ORDER BY name"))
                .containsExactly("of late", "stopped of late", "working");
        assertThat(database.values("SELECT node FROM preflight_finding")).containsExactly("of late");
    }

    @Test
    void a_node_that_was_removed_from_the_register_enters_again_with_its_next_beat() {
        Nodes nodes = enter("here", ME);
        database.execute("DELETE FROM node");
        nodes.beat(0);
        assertThat(database.value("SELECT host FROM live_node")).isEqualTo("here");
    }
}
