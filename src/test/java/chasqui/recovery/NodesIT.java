package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.pipeline.NodeIdentity;
import chasqui.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
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
        Nodes nodes = new Nodes(database.jdbi(), NodeIdentity.starting("cologne"));
        nodes.enter("test", List.of("worker"), List.of("*/*"), host, processId);
        return nodes;
    }

    @Test
    void a_name_that_a_living_process_has_is_refused() {
        enter("here", ALIVE);
        assertThatThrownBy(() -> enter("here", ME))
                .isInstanceOf(NodeNameTaken.class)
                .hasMessageContaining("process " + ALIVE + " on here")
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
}
