package chasqui.command;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.filing.Dismissal;
import chasqui.filing.Filing;
import chasqui.filing.FilingRequest;
import chasqui.filing.Rejections;
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

    private int dismiss(String observation, String path, String reason) {
        out.reset();
        err.reset();
        return FileRun.dismiss(
                new Rejections(database.jdbi()),
                new Dismissal("ccat/source", "cmaera", observation, path),
                reason,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void what_somebody_has_dealt_with_leaves_the_list_with_a_reason_that_is_kept() {
        database.execute("""
                INSERT INTO filing_rejection (node, location, path, instrument, observation, reason, remedy, accepted_at)
                SELECT 'here', location, path, instrument, observation, 'unknown', 'correct it', clock_timestamp()
                  FROM (VALUES ('ccat/source', 'cmaera', 'one', 'a%20b'), ('ccat/source', 'cmaera', 'one', ''),
                               ('ccat/source', 'cmaera', 'two', 'c'), ('ccat/source', 'camera', 'one', 'd'),
                               ('us/source', 'cmaera', 'one', 'e')) AS r (location, instrument, observation, path)
                """);
        assertThat(dismiss("one", "a b", "  ")).as("no reason").isEqualTo(2);
        assertThat(dismiss("three", null, "an old test")).isEqualTo(2);
        assertThat(dismiss(null, "/", "an old test")).isEqualTo(2);
        assertThat(database.value("SELECT count(*) FROM filing_rejection")).isEqualTo("5");
        assertThat(database.value("SELECT count(*) FROM audit")).isEqualTo("0");
        assertThat(dismiss("one", "a b", " an old test ")).isZero();
        assertThat(dismiss(null, "(complete)", "likewise")).isZero();
        assertThat(dismiss(null, null, "the rest of it")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("1 rejections of ccat/source for cmaera are dismissed");
        assertThat(database.values("SELECT path FROM filing_rejection ORDER BY path"))
                .as("of others")
                .containsExactly("d", "e");
        assertThat(database.values(
                        "SELECT subject || ': ' || reason || ' ' || (details -> 'first') FROM audit ORDER BY id"))
                .containsExactly(
                        "rejections of ccat/source for cmaera, observation one, a b: an old test [\"a%20b\"]",
                        "rejections of ccat/source for cmaera, (complete): likewise [\"\"]",
                        "rejections of ccat/source for cmaera: the rest of it [\"c\"]");
        assertThat(database.value("SELECT DISTINCT who FROM audit")).endsWith("(command line)");
    }

    @Test
    void a_wrong_request_is_told_apart() {
        assertThat(file("lens")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("choose one of: camera");
    }
}
