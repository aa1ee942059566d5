package chasqui.storage;

import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** One pass over a whole file that must not change meanwhile. */
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
        DigestPass pass = new DigestPass(withSha256, also, progress);
        PackageDigest digest;
        try (FileBlocks blocks = new FileBlocks(file, before.sizeBytes(), options)) {
            digest = before.sizeBytes() <= Slab.BLOCK_BYTES
                    ? pass.inOneBlock(blocks)
                    : pass.throughRing(blocks, BlockRing.parallelFillers());
        } catch (IOException failure) {
            throw Failures.refusesDirect(failure) ? failure : Failures.reading(file, failure);
        }
        FileFacts after = FileFacts.of(file);
        if (!before.equals(after) || digest.sizeBytes() != after.sizeBytes()) {
            throw new SourceChanged(file, before, after);
        }
        return digest;
    }
}
