package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurableFilesTest {
    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Slab.BLOCK_BYTES, 15 * Slab.BLOCK_BYTES + 4097})
    void a_copy_has_the_bytes_and_the_digests_of_its_source(int size) throws Exception {
        Path source = Files.write(root.resolve("source"), Samples.bytes(size, size));
        PackageDigest digest = DurableFiles.copy(source, root.resolve("copy.tmp"), Progress.NONE);
        assertThat(root.resolve("copy.tmp")).hasSameBinaryContentAs(source);
        Fingerprint print = Fingerprint.take(source, Progress.NONE);
        assertThat(digest).isEqualTo(new PackageDigest(size, print.xxHash64(), print.sha256()));
        ReadBackResult read = ReadBack.read(root.resolve("copy.tmp"), true, Progress.NONE);
        assertThat(read.xxHash64()).isEqualTo(digest.xxHash64());
        assertThat(read.sha256OrNull()).isEqualTo(digest.sha256());
        assertThat(ReadBack.read(source, false, Progress.NONE).sha256OrNull()).isNull();
    }

    @Test
    void a_copy_that_is_stopped_or_has_no_source_leaves_nothing() throws Exception {
        Path source = Files.write(root.resolve("source"), Samples.bytes(3_000_000, 1));
        Path temporary = root.resolve("copy.tmp");
        assertThatThrownBy(() -> DurableFiles.copy(source, temporary, bytes -> {
                    throw new IllegalStateException("stop");
                }))
                .hasMessage("stop");
        assertThat(temporary).doesNotExist();
        assertThatThrownBy(() -> DurableFiles.copy(root.resolve("none"), temporary, Progress.NONE))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> DurableFiles.copy(source, root.resolve("no/folder"), Progress.NONE))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("folder does not exist");
    }

    @Test
    void publishing_gives_the_final_name_and_takes_the_temporary_one() throws Exception {
        Path temporary = Files.writeString(root.resolve("t"), "new");
        DurableFiles.publish(temporary, root.resolve("final"));
        assertThat(root.resolve("final")).hasContent("new");
        assertThat(temporary).doesNotExist();
    }

    @Test
    void publishing_replaces_nothing_and_keeps_the_temporary() throws Exception {
        Path temporary = Files.writeString(root.resolve("t"), "new");
        Files.writeString(root.resolve("final"), "old");
        assertThatThrownBy(() -> DurableFiles.publish(temporary, root.resolve("final")))
                .isInstanceOf(FinalNameTaken.class);
        assertThat(root.resolve("final")).hasContent("old");
        assertThat(temporary).hasContent("new");
    }

    @Test
    void publishing_again_after_a_crash_between_its_two_steps_finishes_it() throws Exception {
        Path temporary = Files.writeString(root.resolve("t"), "new");
        Files.createLink(root.resolve("final"), temporary);
        DurableFiles.publish(temporary, root.resolve("final"));
        assertThat(root.resolve("final")).hasContent("new");
        assertThat(temporary).doesNotExist();
    }

    @Test
    void folders_are_made_below_the_root_only_and_never_through_a_link() throws Exception {
        DurableFiles.createFolders(root, root.resolve("a/b/c"));
        DurableFiles.createFolders(root, root.resolve("a/b/c"));
        assertThat(root.resolve("a/b/c")).isDirectory();
        Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        Files.createSymbolicLink(root.resolve("a/link"), elsewhere);
        assertThatThrownBy(() -> DurableFiles.createFolders(root, root.resolve("a/link/d")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("symbolic link");
        assertThat(elsewhere).isEmptyDirectory();
        assertThatThrownBy(() -> DurableFiles.createFolders(root.resolve("a"), root.resolve("a/../x")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothing_is_deleted_or_moved_through_a_link_that_leaves_the_root() throws Exception {
        Path inside = Files.createDirectory(root.resolve("root"));
        Path outside = Files.createDirectory(root.resolve("outside"));
        Path file = Files.writeString(outside.resolve("f"), "theirs");
        Path through = Files.createSymbolicLink(inside.resolve("link"), outside).resolve("f");
        assertThatThrownBy(() -> DurableFiles.discard(inside, through, FileFacts.of(file)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("symbolic link on the way");
        assertThatThrownBy(() -> DurableFiles.quarantine(inside, through, "why"))
                .isInstanceOf(StorageException.class);
        assertThat(file).hasContent("theirs");
    }

    @Test
    void quarantine_keeps_the_file_and_says_why_it_is_there() throws Exception {
        Path file = Samples.write(root, "d/odd%0Aname", new byte[] {1, 2});
        Path aside = DurableFiles.quarantine(root, file, "its digest differs");
        assertThat(file).doesNotExist();
        assertThat(aside).hasBinaryContent(new byte[] {1, 2});
        assertThat(aside.resolveSibling(aside.getFileName() + ".txt"))
                .content()
                .contains("path: d/odd%0Aname\n", "reason: its digest differs\n");
    }

    @Test
    void the_file_that_the_proof_named_is_deleted_and_absent_counts_as_done() throws Exception {
        Path file = Samples.write(root, "d/f", new byte[] {1});
        FileFacts facts = FileFacts.of(file);
        assertThat(DurableFiles.discard(root, file, facts)).isEqualTo(DurableFiles.Discarded.REMOVED);
        assertThat(file).doesNotExist();
        assertThat(DurableFiles.discard(root, file, facts)).isEqualTo(DurableFiles.Discarded.ABSENT);
        assertThat(filesBelow(root)).isEmpty();
    }

    @Test
    void another_file_of_that_name_is_not_touched() throws Exception {
        Path file = Samples.write(root, "f", new byte[] {1});
        FileFacts facts = FileFacts.of(file);
        Path other = Files.write(root.resolve("other"), new byte[] {2});
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> DurableFiles.discard(root, file, facts))
                .isInstanceOf(VictimChanged.class)
                .hasMessageContaining("not touched");
        assertThat(file).hasBinaryContent(new byte[] {2});
    }

    @Test
    void a_deletion_that_died_after_moving_aside_is_finished_by_the_next() throws Exception {
        Path file = Samples.write(root, "f", new byte[] {1});
        FileFacts facts = FileFacts.of(file);
        moveAsideAndDie(file);
        assertThat(DurableFiles.discard(root, file, facts)).isEqualTo(DurableFiles.Discarded.REMOVED);
        assertThat(filesBelow(root)).isEmpty();
    }

    @Test
    void a_deletion_that_died_holding_another_file_puts_it_back() throws Exception {
        Path file = Samples.write(root, "f", new byte[] {1});
        FileFacts facts = FileFacts.of(file);
        Files.delete(file);
        Files.write(file, new byte[] {1, 2});
        moveAsideAndDie(file);
        assertThatThrownBy(() -> DurableFiles.discard(root, file, facts))
                .isInstanceOf(VictimChanged.class)
                .hasMessageContaining("put back");
        assertThat(file).hasBinaryContent(new byte[] {1, 2});
    }

    @Test
    void what_cannot_be_put_back_is_kept_in_quarantine() throws Exception {
        Path file = Samples.write(root, "f", new byte[] {1});
        FileFacts facts = FileFacts.of(file);
        Files.write(file, new byte[] {1, 2});
        moveAsideAndDie(file);
        Files.write(file, new byte[] {3});
        assertThatThrownBy(() -> DurableFiles.discard(root, file, facts))
                .isInstanceOf(VictimChanged.class)
                .hasMessageContaining("quarantine");
        assertThat(file).hasBinaryContent(new byte[] {3});
        assertThat(filesBelow(root.resolve(".chasqui/quarantine"))).anyMatch(kept -> size(kept) == 2);
    }

    /** What a deletion has done when its process is killed after its first step. */
    private void moveAsideAndDie(Path file) throws IOException {
        String folder = Digests.xxHash64Of(RelativePath.of(root, file).bytes()).hex();
        Path aside = Files.createDirectories(root.resolve(".chasqui/outgoing").resolve(folder));
        Files.move(file, aside.resolve("moved"));
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return -1;
        }
    }

    private static java.util.List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
