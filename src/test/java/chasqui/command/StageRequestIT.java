package chasqui.command;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.TestDatabase;
import chasqui.testing.TestPackages;
import chasqui.testing.TestTopology;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageRequestIT {
    private final TestDatabase database = new TestDatabase();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final StageRequest request = new StageRequest(
            database.jdbi(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void a_package_is_asked_for_given_back_and_a_mistake_refused(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        String name = new TestPackages(database.jdbi())
                .packed("night", Map.of("a", new byte[1]))
                .name();
        assertThat(request.run(List.of(name), "cologne/processing", false, "ada", "to look"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith(name + " at cologne/processing: asked for (job ");
        assertThat(request.run(List.of(name), "cologne/processing", true, "ada", null))
                .isZero();
        assertThat(request.run(List.of(name), "cologne/processing", true, "ada", null))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("released")
                .contains("nothing is staged or asked for");
        assertThat(request.run(List.of("rdp-x"), "cologne/processing", false, "ada", null))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no raw data package named rdp-x");
        assertThat(database.values("SELECT action || ' ' || who FROM audit ORDER BY id"))
                .containsExactly("staging requested ada", "staging released ada");
    }
}
