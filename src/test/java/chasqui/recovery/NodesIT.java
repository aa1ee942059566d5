package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.NodeIdentity;
import chasqui.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodesIT {
    private static final long ME = ProcessHandle.current().pid();
    private static final long ALIVE =
            ProcessHandle.current().parent().orElseThrow().pid();

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
}
