package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** One pass over bytes that yields their size and digests, and shows them to one more step if there is one. */
final class DigestPass {
    private final Digests.XxHash64 xxHash64 = new Digests.XxHash64();
    private final List<BlockRing.Step> steps = new ArrayList<>();
    private final Digests.Sha256 sha256;
    private final Progress progress;

    /** @param also a further step, or null */
    DigestPass(boolean withSha256, BlockRing.Step also, Progress progress) {
        sha256 = withSha256 ? new Digests.Sha256() : null;
        this.progress = progress;
        if (withSha256) {
            steps.add(sha256);
        }
        if (also != null) {
            steps.add(also);
        }
    }

    /** Reads a stream to its end. */
    static PackageDigest of(InputStream in, boolean withSha256, Progress progress) throws IOException {
        return new DigestPass(withSha256, null, progress).throughRing(new StreamBlocks(in), 1);
    }

    PackageDigest throughRing(BlockRing.Filler filler, int fillers) throws IOException {
        try (BlockRing ring = BlockRing.start("digest", fillers, filler, steps.toArray(BlockRing.Step[]::new))) {
            for (ByteBuffer block = ring.next(); block != null; block = ring.next()) {
                xxHash64.update(block, 0, block.limit());
                progress.advance(block.limit());
            }
        }
        return result();
    }

    /** For what fits into one block, on this thread alone. */
    PackageDigest inOneBlock(BlockRing.Filler filler) throws IOException {
        Slab slab = Slab.takeOne();
        try {
            ByteBuffer block = slab.blocks()[0].duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
            int length = Math.max(0, filler.fill(0, block));
            xxHash64.update(block, 0, length);
            for (BlockRing.Step step : steps) {
                step.take(0, block.duplicate().position(0).limit(length));
            }
            progress.advance(length);
            return result();
        } finally {
            slab.giveBack();
        }
    }

    private PackageDigest result() {
        return new PackageDigest(xxHash64.sizeBytes(), xxHash64.checksum(), sha256 == null ? null : sha256.checksum());
    }
}
