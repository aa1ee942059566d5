package chasqui.command;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.TestDatabase;
import chasqui.topology.Surroundings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyApplyIT {
    private static final Path EXAMPLE = Path.of("deploy/topology/three-sites.yaml");

    private final TestDatabase database = new TestDatabase();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream problems = new ByteArrayOutputStream();

    @TempDir
    Path home;

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void it_prints_what_was_added_and_then_that_nothing_changes() {
        assertThat(run(EXAMPLE)).isZero();
        assertThat(text(out))
                .contains("added       site cologne: name Data centre Cologne, latitude 50.9281")
                .contains("added       location ccat/buffer: type BUFFER, storage DISK, root " + home)
                .endsWith("deploy/topology/three-sites.yaml applied: 14 added, 0 changed, 0 deactivated\n");

        out.reset();
        assertThat(run(EXAMPLE)).isZero();
        assertThat(text(out)).isEqualTo("deploy/topology/three-sites.yaml: no change\n");
        assertThat(text(problems)).isEmpty();
    }

    @Test
    void a_refusal_lists_every_problem_and_fails() throws Exception {
        Path file = home.resolve("bad.yaml");
        Files.writeString(
                file,
                Files.readString(EXAMPLE)
                        .replace("credential: chasqui", "credential: unknown")
                        .replace("type: SOURCE", "type: SAUCE"));
        assertThat(run(file)).isEqualTo(ChasquiCommand.REFUSED);
        assertThat(text(out)).isEmpty();
        assertThat(text(problems).lines())
                .hasSize(4)
                .first()
                .isEqualTo("the topology " + file + " is refused, nothing was changed:");
    }

    private int run(Path file) {
        Surroundings surroundings =
                new Surroundings(Map.of("home", home.toString()), Set.of("cp"), name -> name.equals("chasqui"));
        return new TopologyApply(database.jdbi(), surroundings, print(out), print(problems)).run(file, "me");
    }

    private static PrintStream print(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream from) {
        return from.toString(StandardCharsets.UTF_8);
    }
}
