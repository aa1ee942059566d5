package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Fills blocks from a stream, one after the other. */
final class StreamBlocks implements BlockRing.Filler {
    private final InputStream in;
    private final byte[] scratch = new byte[64 << 10];

    StreamBlocks(InputStream in) {
        this.in = in;
    }

    @Override
    public int fill(long index, ByteBuffer block) throws IOException {
        while (block.hasRemaining()) {
            int n = in.read(scratch, 0, Math.min(scratch.length, block.remaining()));
            if (n < 0) {
                break;
            }
            block.put(scratch, 0, n);
        }
        return block.position() == 0 ? -1 : block.position();
    }
}
