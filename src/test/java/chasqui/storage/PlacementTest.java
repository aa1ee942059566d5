package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlacementTest {
    private static final byte[] RIGHT = "the right bytes".getBytes();
    private static final byte[] OTHER = "some others".getBytes();

    private Path root;
    private Path finalName;
    private Path temporary;
    private PackageDigest expected;

    @BeforeEach
    void a_temporary(@TempDir Path folder) throws IOException {
        root = folder.toRealPath();
        finalName = root.resolve("rdp/x.tar");
        Files.createDirectories(finalName.getParent());
        temporary = Files.createDirectories(root.resolve(".chasqui/tmp")).resolve("x");
        expected = DurableFiles.write(out -> out.write(RIGHT), temporary);
    }

    private List<Path> quarantined() throws IOException {
        Path folder = root.resolve(".chasqui/quarantine");
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.toString().endsWith(".txt")).toList();
        }
    }

    /** As a successor does that has put other bytes out of the way itself. */
    private FileFacts putRightBytesThere() {
        try {
            Path made = Files.write(root.resolve("made"), RIGHT);
            Files.move(made, finalName, StandardCopyOption.REPLACE_EXISTING);
            return FileFacts.of(finalName);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void other_bytes_go_to_quarantine_and_the_right_ones_get_the_name() throws IOException {
        Files.write(finalName, OTHER);
        Placement placed = Placement.place(root, temporary, finalName, expected, Progress.NONE);
        assertThat(placed.outcome()).isEqualTo(Placement.Outcome.QUARANTINED);
        assertThat(finalName).hasBinaryContent(RIGHT);
        assertThat(quarantined()).singleElement().satisfies(file -> assertThat(file)
                .hasBinaryContent(OTHER));
    }

    @Test
    void right_bytes_that_came_after_others_were_read_stay() throws IOException {
        Files.write(finalName, OTHER);
        FileFacts[] made = new FileFacts[1];
        boolean[] read = new boolean[1];
        Placement placed = Placement.place(root, temporary, finalName, expected, bytes -> {
            if (read[0] && bytes == 0 && made[0] == null) {
                made[0] = putRightBytesThere();
            }
            read[0] |= bytes > 0;
        });
        assertThat(placed.outcome()).isEqualTo(Placement.Outcome.ADOPTED);
        assertThat(FileFacts.of(finalName)).isEqualTo(made[0]);
        assertThat(quarantined()).isEmpty();
    }

    @Test
    void who_lost_its_lease_while_it_read_moves_nothing_aside() throws IOException {
        Files.write(finalName, OTHER);
        boolean[] read = new boolean[1];
        assertThatThrownBy(() -> Placement.place(root, temporary, finalName, expected, bytes -> {
                    if (read[0]) {
                        throw new IllegalStateException("the lease is gone");
                    }
                    read[0] = bytes > 0;
                }))
                .hasMessage("the lease is gone");
        assertThat(finalName).hasBinaryContent(OTHER);
        assertThat(quarantined()).isEmpty();
    }

    @Test
    void only_what_was_read_is_taken() throws IOException {
        Files.write(finalName, OTHER);
        FileFacts read = FileFacts.of(finalName);
        putRightBytesThere();
        assertThatThrownBy(() -> Quarantine.take(root, finalName, read, "test"))
                .isInstanceOf(VictimChanged.class)
                .hasMessageContaining("it was not touched");
        assertThat(finalName).hasBinaryContent(RIGHT);
        assertThat(quarantined()).isEmpty();
    }
}
