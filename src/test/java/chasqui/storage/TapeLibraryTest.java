package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.testing.TapeStandIn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs against {@link TapeStandIn}. */
class TapeLibraryTest {
    private static final String NAME = "camera/2026/11/x.tar";

    @TempDir
    Path folder;

    private TapeStandIn tapes;
    private TapeLibrary library;
    private Path file;
    private PackageDigest digest;

    @BeforeEach
    void a_library() throws Exception {
        tapes = new TapeStandIn(folder.resolve("library"));
        library = library(Duration.ofMinutes(1));
        file = Files.write(folder.resolve("a file with 'blanks' $HOME"), new byte[100_000]);
        ReadBackResult read = ReadBack.read(file, true, Progress.NONE);
        digest = new PackageDigest(read.sizeBytes(), read.xxHash64(), read.sha256OrNull());
    }

    private TapeLibrary library(Duration patience) {
        return new TapeLibrary(tapes.commands(true), new TapeLimits(patience, patience, 1 << 20));
    }

    private TapeState state() throws Exception {
        return library.query(NAME, Progress.NONE);
    }

    @Test
    void a_file_goes_to_tape_and_comes_back() throws Exception {
        assertThat(state()).isEqualTo(TapeState.ABSENT);
        tapes.control("pending=*");
        library.archive(file, NAME, digest, Progress.NONE);
        assertThat(state()).isEqualTo(TapeState.PENDING);
        tapes.control("online=yes");
        assertThat(state()).isEqualTo(TapeState.ONLINE);
        tapes.control();
        assertThat(state()).isEqualTo(TapeState.NEARLINE);
        assertThat(library.checksum(NAME, 100_000, Progress.NONE)).contains(digest.sha256());

        AtomicLong bytes = new AtomicLong();
        Path back = folder.resolve("back");
        library.recall(NAME, back, 100_000, bytes::addAndGet);
        assertThat(back).hasSameBinaryContentAs(file);
        assertThat(bytes).hasValueBetween(0, 100_000);
    }

    @Test
    void an_answer_that_is_none_is_quoted() throws Exception {
        for (String garbage : List.of("online", "ONLINE ABSENT", "ok", "0")) {
            tapes.control("say_query=" + garbage);
            assertThatThrownBy(this::state)
                    .isInstanceOf(TapeFailure.class)
                    .hasMessageContaining("\"" + garbage + "\"")
                    .hasMessageContaining("PENDING");
        }
        tapes.control("say_checksum=sha256:12");
        assertThatThrownBy(() -> library.checksum(NAME, 100_000, Progress.NONE))
                .isInstanceOf(TapeFailure.class)
                .hasMessageContaining("\"sha256:12\"");
    }

    @Test
    void a_command_that_fails_is_told_with_its_words() throws Exception {
        tapes.control("exit_archive=5");
        assertThatThrownBy(() -> library.archive(file, NAME, digest, Progress.NONE))
                .isInstanceOf(TapeFailure.class)
                .hasMessageContaining(NAME)
                .hasMessageContaining("exit code 5")
                .hasMessageContaining("drive 3 is on fire");
    }

    @Test
    void a_command_that_hangs_is_ended_with_its_children() throws Exception {
        library = library(Duration.ofSeconds(1));
        for (String command : List.of("query", "archive", "recall", "checksum")) {
            tapes.control("hang_" + command + "=yes");
            assertThatThrownBy(() -> {
                        switch (command) {
                            case "query" -> state();
                            case "archive" -> library.archive(file, NAME, digest, Progress.NONE);
                            case "recall" -> library.recall(NAME, folder.resolve("b"), 100_000, Progress.NONE);
                            default -> library.checksum(NAME, 100_000, Progress.NONE);
                        }
                    })
                    .isInstanceOf(TapeFailure.class)
                    .hasMessageContaining(command + " command for " + NAME)
                    .hasMessageMatching(".*(time limit|no progress).*");
            assertThat(tapes.hanging()).isEmpty();
        }
    }

    @Test
    void a_beat_that_throws_ends_the_command() throws Exception {
        tapes.control("hang_query=yes");
        assertThatThrownBy(() -> library.query(NAME, bytes -> {
                    if (Files.exists(folder.resolve("library/hanging"))) {
                        throw new IllegalStateException("the lease is gone");
                    }
                }))
                .hasMessage("the lease is gone");
        assertThat(tapes.hanging()).isEmpty();
    }

    @Test
    void a_recall_that_makes_nothing_is_a_failure() throws Exception {
        library.archive(file, NAME, digest, Progress.NONE);
        tapes.control("recall_makes=nothing");
        assertThatThrownBy(() -> library.recall(NAME, folder.resolve("back"), 100_000, Progress.NONE))
                .isInstanceOf(TapeFailure.class)
                .hasMessageContaining("is no file");
    }

    @Test
    void a_name_that_we_would_not_make_never_reaches_a_command() throws Exception {
        for (String hostile : List.of(
                "-rf", "/etc/passwd", "../x", "a/../b", "a b", "a;b", "a\nb", "$(x)", "", "a//b", ".x", "a/-b")) {
            assertThatThrownBy(() -> library.query(hostile, Progress.NONE))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(tapes.calls()).isEmpty();
    }

    @Test
    void placeholders_are_filled_inside_of_words_and_only_once() {
        TapeCommands.Subject about = new TapeCommands.Subject(Path.of("/b/{name}"), "n", digest);
        assertThat(TapeCommands.filled(
                        List.of("/bin/x", "--from={file}", "vault/{name}", "{size}", "{checksum}"), about))
                .containsExactly(
                        "/bin/x",
                        "--from=/b/{name}",
                        "vault/n",
                        "100000",
                        digest.sha256().toString());
    }
}
