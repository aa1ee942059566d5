package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files above what ustar's own size field can say. All of them are holes: neither time nor disk is spent on zeros. */
class LargePackageTest {
    private static final long SIZE = (8L << 30) + 12_345;

    @TempDir
    Path folder;

    @Test
    void tar_finds_what_lies_behind_a_file_of_more_than_8_gib() throws Exception {
        Path big = sparse(folder.resolve("big"));
        Path after = Files.writeString(folder.resolve("last"), "behind it");
        Checksum any = Digests.xxHash64Of(new byte[0]);
        Instant time = Instant.parse("2026-01-02T03:04:05Z");
        List<PackageEntry> entries = List.of(
                new PackageEntry(RelativePath.ofText("big"), FileFacts.Kind.FILE, SIZE, time, any, null, big, null),
                new PackageEntry(RelativePath.ofText("last"), FileFacts.Kind.FILE, 9, time, any, null, after, null));
        SourceLook look = new SourceLook();
        PackageLayout layout = PackageLayout.of(entries, Samples.FACTS, look, Progress.NONE);
        look.refuse();
        Path tar = folder.resolve("package.tar");
        writeWithHoles(layout, look, tar);
        assertThat(output("tar", "tvf", tar.toString()))
                .contains(" " + SIZE + " ")
                .contains(" last");
        assertThat(output("tar", "xOf", tar.toString(), "last")).isEqualTo("behind it");
    }

    /** Fills only those blocks of the archive that hold anything but the sparse file's zeros. */
    private static void writeWithHoles(PackageLayout layout, SourceLook look, Path tar) throws Exception {
        PackageFiller filler = new PackageFiller(layout, look);
        ByteBuffer block = ByteBuffer.allocateDirect(Slab.BLOCK_BYTES);
        long last = (layout.sizeBytes() - 1) / Slab.BLOCK_BYTES;
        try (FileChannel out = FileChannel.open(tar, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long index : new long[] {0, last - 1, last}) {
                int length = filler.fill(index, block.clear());
                out.write(block.position(0).limit(length), index * Slab.BLOCK_BYTES);
            }
        }
        look.refuse();
        assertThat(filler.fill(last + 1, block.clear())).isEqualTo(-1);
        assertThat(tar).hasSize(layout.sizeBytes());
    }

    private static Path sparse(Path file) throws Exception {
        try (RandomAccessFile hole = new RandomAccessFile(file.toFile(), "rw")) {
            hole.setLength(SIZE);
        }
        return file;
    }

    private static String output(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
