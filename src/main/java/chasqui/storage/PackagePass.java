package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One pass over a package: reads it, has somebody take the files out, and compares the whole. */
final class PackagePass {
    /** Takes the manifest and the entries from a stream that stands at its beginning. */
    interface Visit<T> {
        T visit(PackageStream stream) throws IOException;
    }

    private PackagePass() {}

    /** @param expected null to stop where the visit stops, unchecked */
    static <T> T over(ReadableSource source, PackageDigest expected, Progress progress, Visit<T> visit)
            throws IOException {
        if (source instanceof ReadableSource.OfFile file) {
            return overFile(file.file(), expected, progress, visit, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        }
        try (InputStream in = source.open()) {
            return over(source.name(), new StreamBlocks(in), 1, expected, progress, visit);
        }
    }

    static <T> T overFile(Path file, PackageDigest expected, Progress progress, Visit<T> visit, OpenOption... options)
            throws IOException {
        FileFacts facts = FileFacts.of(file);
        if (facts.kind() != FileFacts.Kind.FILE) {
            throw new IntegrityViolation(
                    file.toString(), "package", "a regular file", facts.kind().name());
        }
        try (FileBlocks blocks = new FileBlocks(file, facts.sizeBytes(), options)) {
            return over(file.toString(), blocks, BlockRing.parallelFillers(), expected, progress, visit);
        } catch (IOException failure) {
            throw Failures.refusesDirect(failure) ? failure : Failures.reading(file, failure);
        }
    }

    private static <T> T over(
            String name,
            BlockRing.Filler blocks,
            int fillers,
            PackageDigest expected,
            Progress progress,
            Visit<T> visit)
            throws IOException {
        Digests.Sha256 sha256 = new Digests.Sha256();
        boolean withSha256 = expected != null && expected.sha256() != null;
        BlockRing.Step[] steps = withSha256 ? new BlockRing.Step[] {sha256} : new BlockRing.Step[0];
        try (BlockRing ring = BlockRing.start("unpack", fillers, blocks, steps)) {
            PackageStream stream = new PackageStream(name, ring, progress);
            T result = visit.visit(stream);
            if (expected != null) {
                stream.end();
                stream.compare(expected, withSha256 ? sha256.checksum() : null);
            }
            return result;
        }
    }
}
