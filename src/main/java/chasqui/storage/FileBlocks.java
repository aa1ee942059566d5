package chasqui.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** Fills blocks with the bytes of one file, up to the size it had at the beginning. */
final class FileBlocks implements BlockRing.Filler, AutoCloseable {
    private final FileChannel file;
    private final long sizeBytes;

    FileBlocks(Path path, long sizeBytes, OpenOption... options) throws IOException {
        file = FileChannel.open(path, options);
        this.sizeBytes = sizeBytes;
    }

    /** Reads whole blocks only, as direct I/O demands, except where a file ends. */
    @Override
    public int fill(long index, ByteBuffer block) throws IOException {
        long from = index * Slab.BLOCK_BYTES;
        if (from >= sizeBytes) {
            return -1;
        }
        int wanted = (int) Math.min(Slab.BLOCK_BYTES, sizeBytes - from);
        while (block.position() < wanted) {
            int n = file.read(block, from + block.position());
            if (n < 0) {
                break;
            }
        }
        return Math.min(wanted, block.position());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
