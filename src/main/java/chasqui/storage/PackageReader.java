package chasqui.storage;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Verifies and unpacks packages. Whatever the bytes are, nothing outside the given folder is touched. */
public final class PackageReader {
    private PackageReader() {}

    /** What an unpacked package held, and the links that were not made. */
    public record Unpacked(PackageManifest manifest, List<SkippedLink> skippedLinks) {}

    /** A symbolic link that leads out of its package, or cannot be written: it stays in the manifest only. */
    public record SkippedLink(RelativePath path, String targetEncoded) {}

    /** A package that was verified from its device, or, where that cannot be, perhaps from memory. */
    public record VerifiedFile(PackageManifest manifest, ReadBackResult.Mode mode) {}

    /** Reads the manifest only. Nothing is checked but that it is one. */
    public static PackageManifest readManifest(ReadableSource source) throws IOException {
        return PackagePass.over(source, null, Progress.NONE, PackageStream::manifest);
    }

    /**
     * Reads a package once and checks the whole against its digest, and every file inside against the manifest.
     *
     * @param expected what was registered; its SHA-256 is checked where it is not null
     * @param progress told the bytes read
     * @throws IntegrityViolation anything is not as it must be
     */
    public static PackageManifest verify(ReadableSource source, PackageDigest expected, Progress progress)
            throws IOException {
        return PackagePass.over(source, expected, progress, PackageReader::visitAll);
    }

    /** As {@link #verify}, but past the cache where the file system can, as evidence for what the device holds. */
    public static VerifiedFile verifyReadBack(Path file, PackageDigest expected, Progress progress) throws IOException {
        try {
            PackageManifest manifest = PackagePass.overFile(
                    file,
                    expected,
                    progress,
                    PackageReader::visitAll,
                    StandardOpenOption.READ,
                    LinkOption.NOFOLLOW_LINKS,
                    ExtendedOpenOption.DIRECT);
            return new VerifiedFile(manifest, ReadBackResult.Mode.DIRECT);
        } catch (UnsupportedOperationException | IOException failure) {
            if (!Failures.refusesDirect(failure)) {
                throw failure;
            }
        }
        return new VerifiedFile(verify(ReadableSource.of(file), expected, progress), ReadBackResult.Mode.CACHED);
    }

    private static PackageManifest visitAll(PackageStream stream) throws IOException {
        PackageManifest manifest = stream.manifest();
        for (PackageEntry entry : manifest.entries()) {
            stream.entry(entry, PackageStream.Sink.NOWHERE);
        }
        return manifest;
    }

    /**
     * Verifies a package and writes its files, durable, with their times, below a folder.
     *
     * @param folder absent or empty; made if absent, and emptied again on any failure
     * @throws IntegrityViolation anything is not as it must be; nothing stays behind
     * @throws StorageFull no room; nothing stays behind
     */
    public static Unpacked unpack(ReadableSource source, PackageDigest expected, Path folder, Progress progress)
            throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> inside = Files.list(folder)) {
            if (inside.findAny().isPresent()) {
                throw new StorageException(folder + ": not empty; a package is unpacked into a new folder");
            }
        }
        TreeWriter tree = new TreeWriter(folder);
        try {
            PackageManifest manifest = PackagePass.over(source, expected, progress, tree::files);
            // Links come last: while files are written, no link of the package exists that could lead them astray.
            List<SkippedLink> skipped = tree.links(manifest);
            tree.makeDurable(progress);
            return new Unpacked(manifest, skipped);
        } catch (IOException failure) {
            DurableFiles.emptyFolder(folder, failure);
            throw failure;
        } catch (RuntimeException | Error stopped) {
            DurableFiles.emptyFolder(folder, stopped);
            throw stopped;
        }
    }
}
