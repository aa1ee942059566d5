package chasqui.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import chasqui.storage.DurableFiles;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders as they are found, good and bad; whatever was tried, nothing of it is left. */
class DiskCheckIT {
    private static final LongPredicate USED = location -> true;
    private static final LongPredicate UNUSED = location -> false;

    private final TestDatabase database = new TestDatabase();

    @TempDir
    private Path folder;

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private DataLocation location(String label) {
        return new Locations(database.jdbi())
                .refresh().locations().stream()
                        .filter(location -> location.label().equals(label))
                        .findFirst()
                        .orElseThrow();
    }

    private static List<Path> inside(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void a_folder_that_works_passes_and_is_left_as_it_was() throws Exception {
        DataLocation buffer = location("cologne/buffer");
        assertThat(DiskCheck.look(buffer, UNUSED)).isEmpty();
        try (Stream<Path> names = Files.list(buffer.root())) {
            assertThat(names)
                    .as("a folder of ours would make a mount point without its mount look mounted")
                    .isEmpty();
        }
        Files.createDirectory(buffer.root().resolve(DurableFiles.OWN_FOLDER));
        assertThat(DiskCheck.look(buffer, USED)).isEmpty();
        assertThat(inside(buffer.root())).isEmpty();
    }

    @Test
    void a_folder_that_is_gone_or_is_a_file_fails_with_its_path() throws Exception {
        DataLocation buffer = location("cologne/buffer");
        Files.delete(buffer.root());
        assertThatThrownBy(() -> DiskCheck.look(buffer, UNUSED))
                .hasMessageContaining(buffer.root() + " is not there; mount it");
        Files.writeString(buffer.root(), "a file");
        assertThatThrownBy(() -> DiskCheck.look(buffer, UNUSED)).hasMessageContaining(buffer.root() + " is not there");
    }

    @Test
    void a_mount_point_without_its_mount_fails_and_stays_empty() throws Exception {
        DataLocation archive = location("cologne/lta");
        assertThatThrownBy(() -> DiskCheck.look(archive, USED)).hasMessageContaining("is not there; mount it");
        try (Stream<Path> names = Files.list(archive.root())) {
            assertThat(names).isEmpty();
        }
    }

    @Test
    void a_folder_of_an_instrument_is_only_looked_at_until_we_deleted_something_there() throws Exception {
        DataLocation source = location("ccat/telescope_computer");
        assertThat(DiskCheck.look(source, USED)).isEmpty();
        try (Stream<Path> names = Files.list(source.root())) {
            assertThat(names).isEmpty();
        }
        Files.writeString(source.root().resolve(DurableFiles.OWN_FOLDER), "in the way");
        assertThat(DiskCheck.look(source, USED)).isEmpty();
        Files.delete(source.root().resolve(DurableFiles.OWN_FOLDER));
        Files.createDirectory(source.root().resolve(DurableFiles.OWN_FOLDER));
        Files.writeString(source.root().resolve(DurableFiles.OWN_FOLDER).resolve("tmp"), "in the way");
        assertThat(DiskCheck.look(source, USED))
                .as("packing goes on where only deleting cannot")
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.stops()).containsExactly("deletion");
                    assertThat(finding.reason()).contains("nothing can be deleted from ccat/telescope_computer");
                });
    }

    @Test
    void a_folder_that_this_user_may_not_write_to_fails() throws Exception {
        assumeThat(System.getProperty("user.name"))
                .as("SKIPPED: root may write everywhere; a read-only file system was tried instead")
                .isNotEqualTo("root");
        DataLocation buffer = location("cologne/buffer");
        Files.setPosixFilePermissions(buffer.root(), PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assertThatThrownBy(() -> DiskCheck.look(buffer, UNUSED)).hasMessageContaining("permission denied");
        } finally {
            Files.setPosixFilePermissions(buffer.root(), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void what_a_trial_left_that_died_goes_after_an_hour_and_what_a_living_one_uses_stays() throws Exception {
        DataLocation buffer = location("cologne/buffer");
        Path old = Files.writeString(buffer.root().resolve(".chasqui-preflight-" + UUID.randomUUID() + "-1"), "x");
        Files.setLastModifiedTime(
                old, FileTime.from(Files.getLastModifiedTime(old).toInstant().minus(Duration.ofHours(2))));
        Path fresh = Files.writeString(buffer.root().resolve(".chasqui-preflight-" + UUID.randomUUID() + "-1"), "x");
        DiskCheck.look(buffer, UNUSED);
        assertThat(inside(buffer.root())).containsExactly(fresh);
    }

    @Test
    void a_place_whose_other_end_cannot_be_reached_says_what_it_needs() throws Exception {
        DataLocation source = location("ccat/telescope_computer");
        DataLocation buffer = location("ccat/buffer");
        assertThat(OtherEndCheck.look(source, List.of(buffer), true)).isEmpty();
        Files.delete(buffer.root());
        assertThatThrownBy(() -> OtherEndCheck.look(source, List.of(buffer), true))
                .hasMessageContaining("work at ccat/telescope_computer needs one of ccat/buffer")
                .hasMessageContaining("none can be written to from here");
        assertThat(OtherEndCheck.look(source, List.of(buffer, location("us/buffer")), true))
                .as("one is enough")
                .isEmpty();
    }

    /** As in a dead mount. */
    private static void hang(CountDownLatch release) {
        try {
            release.await();
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void another_end_that_hangs_does_not_hide_one_that_answers() {
        DataLocation hangs = location("ccat/buffer");
        DataLocation answers = location("us/buffer");
        CountDownLatch release = new CountDownLatch(1);
        try {
            assertThat(OtherEndCheck.any(List.of(hangs, answers), other -> {
                        if (other.equals(hangs)) {
                            hang(release);
                        }
                        return true;
                    }))
                    .isTrue();
        } finally {
            release.countDown();
        }
    }
}
