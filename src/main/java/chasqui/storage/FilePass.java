package chasqui.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One pass over a whole file that must not change meanwhile: all digests, and whatever else sees the blocks. */
final class FilePass {
    private final Path file;
    private final FileFacts before;
    private final boolean withSha256;

    FilePass(Path file, FileFacts before, boolean withSha256) {
        this.file = file;
        this.before = before;
        this.withSha256 = withSha256;
    }

    /**
     * @param also a further step, or null
     * @throws SourceChanged the file is not what it was before
     */
    PackageDigest run(BlockRing.Step also, Progress progress, OpenOption... options) throws IOException {
        Digests.XxHash64 xxHash64 = new Digests.XxHash64();
        Digests.Sha256 sha256 = withSha256 ? new Digests.Sha256() : null;
        try (FileBlocks blocks = new FileBlocks(file, before.sizeBytes(), options)) {
            if (before.sizeBytes() <= Slab.BLOCK_BYTES) {
                inOneBlock(blocks, xxHash64, sha256, also, progress);
            } else {
                throughRing(blocks, xxHash64, sha256, also, progress);
            }
        }
        FileFacts after = FileFacts.of(file);
        if (!before.equals(after) || xxHash64.sizeBytes() != after.sizeBytes()) {
            throw new SourceChanged(file, before, after);
        }
        return new PackageDigest(xxHash64.sizeBytes(), xxHash64.checksum(), sha256 == null ? null : sha256.checksum());
    }

    private static void inOneBlock(
            FileBlocks blocks, Digests.XxHash64 xxHash64, BlockRing.Step sha256, BlockRing.Step also, Progress progress)
            throws IOException {
        Slab slab = Slab.takeOne();
        try {
            int length = blocks.fill(0, slab.blocks()[0].clear());
            if (length > 0) {
                ByteBuffer block =
                        slab.blocks()[0].duplicate().position(0).limit(length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
                xxHash64.update(block, 0, length);
                if (sha256 != null) {
                    sha256.take(0, block.duplicate());
                }
                if (also != null) {
                    also.take(0, block.duplicate());
                }
                progress.advance(length);
            }
        } finally {
            slab.giveBack();
        }
    }

    private static void throughRing(
            FileBlocks blocks, Digests.XxHash64 xxHash64, BlockRing.Step sha256, BlockRing.Step also, Progress progress)
            throws IOException {
        List<BlockRing.Step> steps = new ArrayList<>();
        if (sha256 != null) {
            steps.add(sha256);
        }
        if (also != null) {
            steps.add(also);
        }
        try (BlockRing ring =
                BlockRing.start("file", BlockRing.parallelFillers(), blocks, steps.toArray(BlockRing.Step[]::new))) {
            for (ByteBuffer block = ring.next(); block != null; block = ring.next()) {
                xxHash64.update(block, 0, block.limit());
                progress.advance(block.limit());
            }
        }
    }
}
