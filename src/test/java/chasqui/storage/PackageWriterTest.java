package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageWriterTest {
    @TempDir
    Path folder;

    private Path tree;
    private Path target;

    @BeforeEach
    void aTree() throws IOException {
        tree = Files.createDirectory(folder.resolve("tree"));
        target = folder.resolve("package.tmp");
        for (int i = 0; i < 30; i++) {
            Samples.write(tree, "f" + (char) ('A' + i % 26) + i, Samples.bytes(i * 37_001, i));
        }
    }

    @Test
    void the_digests_are_those_of_the_file_on_disk_and_progress_counts_all_of_it() throws Exception {
        AtomicLong told = new AtomicLong();
        PackageDigest digest = PackageWriter.write(Samples.entries(tree), Samples.FACTS, target, told::addAndGet);
        Fingerprint onDisk = Fingerprint.take(target, Progress.NONE);
        assertThat(digest).isEqualTo(new PackageDigest(onDisk.sizeBytes(), onDisk.xxHash64(), onDisk.sha256()));
        assertThat(told).hasValue(onDisk.sizeBytes());
        assertThat(onDisk.sizeBytes() % TarFormat.RECORD).isZero();
    }

    @Test
    void every_file_that_is_gone_or_of_another_kind_or_size_is_named() throws Exception {
        List<PackageEntry> entries = Samples.entries(tree);
        Files.delete(tree.resolve("fB1"));
        Files.write(tree.resolve("fC2"), new byte[1], StandardOpenOption.APPEND);
        Files.delete(tree.resolve("fD3"));
        Files.createSymbolicLink(tree.resolve("fD3"), Path.of("fE4"));
        Files.delete(tree.resolve("fF5"));
        assertThat(new ProcessBuilder("mkfifo", tree.resolve("fF5").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThatExceptionOfType(SourceFilesUnusable.class)
                .isThrownBy(() -> PackageWriter.write(entries, Samples.FACTS, target, Progress.NONE))
                .satisfies(e -> assertThat(e.files())
                        .extracting(file -> file.path().readable())
                        .containsExactly("fB1", "fC2", "fD3", "fF5"))
                .withMessageContaining("vanished");
        assertThat(target).doesNotExist();
    }

    @Test
    void every_file_whose_content_is_another_is_named_and_nothing_stays() throws Exception {
        List<PackageEntry> entries = Samples.entries(tree);
        Files.write(tree.resolve("fB1"), Samples.bytes(37_001, 99));
        Files.write(tree.resolve("fZ25"), Samples.bytes(25 * 37_001, 99));
        assertThatExceptionOfType(SourceFilesUnusable.class)
                .isThrownBy(() -> PackageWriter.write(entries, Samples.FACTS, target, Progress.NONE))
                .satisfies(e -> assertThat(e.files())
                        .extracting(file -> file.path().readable())
                        .containsExactly("fB1", "fZ25"));
        assertThat(target).doesNotExist();
    }

    @Test
    void a_file_that_changes_while_it_is_packed_is_refused() throws Exception {
        // Larger than everything that can be read ahead.
        Path big = Files.write(tree.resolve("z-big"), Samples.bytes(40 * Slab.BLOCK_BYTES, 1));
        List<PackageEntry> entries = Samples.entries(tree);
        AtomicBoolean done = new AtomicBoolean();
        Progress truncates = bytes -> {
            if (!done.getAndSet(true)) {
                truncate(big);
            }
        };
        assertThatExceptionOfType(SourceFilesUnusable.class)
                .isThrownBy(() -> PackageWriter.write(entries, Samples.FACTS, target, truncates))
                .satisfies(e -> assertThat(e.files())
                        .singleElement()
                        .satisfies(file -> assertThat(file.path().readable()).isEqualTo("z-big")));
        assertThat(target).doesNotExist();
    }

    @Test
    void stopping_it_through_progress_removes_the_temporary_file() throws Exception {
        List<PackageEntry> entries = Samples.entries(tree);
        Progress stops = bytes -> {
            throw new IllegalStateException("lease lost");
        };
        assertThatThrownBy(() -> PackageWriter.write(entries, Samples.FACTS, target, stops))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("lease lost");
        assertThat(target).doesNotExist();
    }

    @Test
    void interrupting_it_removes_the_temporary_file() throws Exception {
        List<PackageEntry> entries = Samples.entries(tree);
        Progress interrupts = bytes -> Thread.currentThread().interrupt();
        assertThatThrownBy(() -> PackageWriter.write(entries, Samples.FACTS, target, interrupts))
                .isInstanceOf(WorkInterrupted.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(target).doesNotExist();
    }

    @Test
    void an_existing_target_is_neither_replaced_nor_removed() throws Exception {
        Files.writeString(target, "somebody else's");
        List<PackageEntry> entries = Samples.entries(tree);
        assertThatThrownBy(() -> PackageWriter.write(entries, Samples.FACTS, target, Progress.NONE))
                .isInstanceOf(FinalNameTaken.class);
        assertThat(target).hasContent("somebody else's");
    }

    @Test
    void no_files_or_two_of_one_name_or_one_named_like_the_manifest_are_refused() throws Exception {
        List<PackageEntry> twice = new ArrayList<>(Samples.entries(tree));
        twice.add(twice.get(3));
        Path reserved = Samples.write(tree, PackageManifest.NAME, new byte[3]);
        for (List<PackageEntry> wrong :
                List.of(List.<PackageEntry>of(), twice, List.of(Samples.entry(tree, reserved)))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PackageWriter.write(wrong, Samples.FACTS, target, Progress.NONE));
        }
        assertThat(target).doesNotExist();
    }

    @Test
    void times_before_1970_and_far_in_the_future_are_kept() throws Exception {
        List<PackageEntry> entries = new ArrayList<>();
        for (Instant time : List.of(Instant.parse("1912-04-15T02:20:00Z"), Instant.parse("2250-01-01T00:00:00.5Z"))) {
            Path file = Samples.write(tree, "at" + time.getEpochSecond(), new byte[7]);
            Fingerprint print = Fingerprint.take(file, Progress.NONE);
            entries.add(PackageEntry.ofFile(RelativePath.of(tree, file), time, print, file));
        }
        PackageDigest digest = PackageWriter.write(entries, Samples.FACTS, target, Progress.NONE);
        Path opened = folder.resolve("opened");
        PackageReader.unpack(ReadableSource.of(target), digest, opened, Progress.NONE);
        for (PackageEntry entry : entries) {
            assertThat(FileFacts.of(entry.path().under(opened)).modified()).isEqualTo(entry.modified());
        }
    }

    private static void truncate(Path file) {
        try {
            Files.write(file, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
