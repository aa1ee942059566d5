package chasqui.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;

/** A way in which a disk, or what stands before it, does not keep what it was given. The file's time stays, as it does then. */
public enum Alteration {
    BIT_IN_THE_FIRST_BLOCK,
    BIT_IN_THE_MIDDLE,
    BIT_IN_THE_LAST_BLOCK,
    TRUNCATED,
    BLOCK_OF_ZEROS,
    BLOCKS_SWAPPED;

    private static final int BLOCK_BYTES = 4096;

    /** Alters the bytes of one file in place. */
    public void apply(Path file) throws IOException {
        FileTime modified = Files.getLastModifiedTime(file);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long size = bytes.length();
            int block = (int) Math.min(BLOCK_BYTES, size / 4);
            switch (this) {
                case BIT_IN_THE_FIRST_BLOCK -> flip(bytes, block / 2);
                case BIT_IN_THE_MIDDLE -> flip(bytes, size / 2);
                case BIT_IN_THE_LAST_BLOCK -> flip(bytes, size - 1);
                case TRUNCATED -> bytes.setLength(size - block);
                case BLOCK_OF_ZEROS -> write(bytes, size / 2, new byte[block]);
                case BLOCKS_SWAPPED -> {
                    byte[] one = read(bytes, size / 4, block);
                    byte[] other = read(bytes, size / 2, block);
                    write(bytes, size / 4, other);
                    write(bytes, size / 2, one);
                }
            }
        }
        Files.setLastModifiedTime(file, modified);
    }

    private static void flip(RandomAccessFile bytes, long at) throws IOException {
        byte[] one = read(bytes, at, 1);
        one[0] ^= 0x10;
        write(bytes, at, one);
    }

    private static byte[] read(RandomAccessFile bytes, long at, int length) throws IOException {
        byte[] content = new byte[length];
        bytes.seek(at);
        bytes.readFully(content);
        return content;
    }

    /** @throws IllegalStateException these bytes lie there already: then nothing would be altered */
    private static void write(RandomAccessFile bytes, long at, byte[] content) throws IOException {
        if (Arrays.equals(read(bytes, at, content.length), content)) {
            throw new IllegalStateException("nothing to alter at byte " + at);
        }
        bytes.seek(at);
        bytes.write(content);
    }
}
