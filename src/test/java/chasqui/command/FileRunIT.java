package chasqui.command;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.filing.Filing;
import chasqui.filing.FilingRequest;
import chasqui.storage.Progress;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRunIT {
    private final TestDatabase database = new TestDatabase();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path root;

    @BeforeEach
    void a_topology(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        root = folder.resolve("ccat/telescope_computer");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private int file(String instrument) {
        out.reset();
        err.reset();
        return FileRun.run(
                new Filing(database.jdbi(), new Locations(database.jdbi())),
                new FilingRequest(root, instrument, null, "obs", false),
                Progress.NONE,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void a_refused_file_is_named_with_its_remedy_and_fails_nothing() throws Exception {
        Files.writeString(root.resolve("good"), "good");
        Files.writeString(root.resolve("empty"), "");
        Files.writeString(root.resolve(".chasqui-manifest.json"), "{}");
        assertThat(file("camera")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("ccat/telescope_computer: 2 files registered (4 bytes), 0 already registered, 1 refused\n");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("warning: empty: holds no bytes")
                .contains("refused: .chasqui-manifest.json: ")
                .contains("rename it, then file it again");
    }

    @Test
    void it_fails_when_nothing_could_be_filed() throws Exception {
        Files.writeString(root.resolve(".chasqui-manifest.json"), "{}");
        assertThat(file("camera")).isEqualTo(1);
    }

    @Test
    void an_empty_folder_is_a_warning() {
        assertThat(file("camera")).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there are no files in this folder");
    }

    @Test
    void a_wrong_request_is_told_apart() {
        assertThat(file("lens")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("choose one of: camera");
    }
}
