package chasqui.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Packs files into one deterministic, durable POSIX tar whose first entry is a manifest. */
public final class PackageWriter {
    private PackageWriter() {}

    /**
     * Reads every file once, checks it against its registered size and xxHash64, and writes the archive.
     *
     * @param entries at least one, at most {@link PackageManifest#MAX_FILES}, in any order
     * @param facts what the manifest is to say about the package
     * @param target a temporary name of the caller's own making that must not exist; removed again on any failure
     * @param progress told the bytes of the archive
     * @throws SourceFilesUnusable files are gone, unreadable or not as registered: names all of them
     * @throws StorageFull no room
     * @throws IllegalArgumentException no entries, too many, two with one path, or one named like the manifest
     */
    public static PackageDigest write(
            List<PackageEntry> entries, Map<String, String> facts, Path target, Progress progress) throws IOException {
        List<PackageEntry> sorted = entries.stream()
                .sorted(Comparator.comparing(PackageEntry::path))
                .toList();
        check(sorted);
        SourceLook look = new SourceLook();
        PackageLayout layout = PackageLayout.of(sorted, facts, look, progress);
        look.refuse();
        BlockWriter file = BlockWriter.createNew(target);
        try (file) {
            PackageDigest digest = write(layout, look, file, progress);
            file.force();
            return digest;
        } catch (IOException failure) {
            throw Failures.afterRemoving(target, target, failure);
        } catch (RuntimeException | Error stopped) {
            Failures.removeTemporary(target, stopped);
            throw stopped;
        }
    }

    /** After the first unusable file nothing more is written, but all files are still read, to find every other one. */
    private static PackageDigest write(PackageLayout layout, SourceLook look, BlockWriter file, Progress progress)
            throws IOException {
        PackageExaminer examiner = new PackageExaminer(layout, look);
        Digests.Sha256 sha256 = new Digests.Sha256();
        try (BlockRing ring = BlockRing.start(
                "pack",
                BlockRing.parallelFillers(),
                new PackageFiller(layout, look),
                unlessDoomed(look, sha256),
                unlessDoomed(look, file))) {
            for (ByteBuffer block = ring.next(); block != null; block = ring.next()) {
                examiner.examine(block);
                progress.advance(block.limit());
            }
        }
        look.refuse();
        return new PackageDigest(layout.sizeBytes(), examiner.wholeXxHash64(), sha256.checksum());
    }

    private static BlockRing.Step unlessDoomed(SourceLook look, BlockRing.Step step) {
        return (index, block) -> {
            if (!look.foundAny()) {
                step.take(index, block);
            }
        };
    }

    private static void check(List<PackageEntry> sorted) {
        if (sorted.isEmpty() || sorted.size() > PackageManifest.MAX_FILES) {
            throw new IllegalArgumentException("a package of " + sorted.size() + " files: it takes 1 to "
                    + PackageManifest.MAX_FILES + "; make several packages");
        }
        RelativePath last = PackageManifest.PATH;
        for (PackageEntry entry : sorted) {
            if (entry.path().equals(PackageManifest.PATH) || entry.path().equals(last)) {
                throw new IllegalArgumentException(entry.path() + ": this name is already in the package");
            }
            last = entry.path();
        }
    }
}
