package chasqui.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Verifies and unpacks packages. Whatever the bytes are, nothing outside the given folder is touched. */
public final class PackageReader {
    private PackageReader() {}

    /** What an unpacked package held, and the links that were not made. */
    public record Unpacked(PackageManifest manifest, List<SkippedLink> skippedLinks) {}

    /** A symbolic link that leads out of its package, or cannot be written: it stays in the manifest only. */
    public record SkippedLink(RelativePath path, String targetEncoded) {}

    /** Reads the manifest only. Nothing is checked but that it is one. */
    public static PackageManifest readManifest(ReadableSource source) throws IOException {
        try (PackageStream stream = new PackageStream(source, false, Progress.NONE)) {
            return stream.manifest();
        }
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
        try (PackageStream stream = new PackageStream(source, expected.sha256() != null, progress)) {
            PackageManifest manifest = stream.manifest();
            for (PackageEntry entry : manifest.entries()) {
                stream.header(entry);
                stream.data(entry, PackageStream.Sink.NOWHERE);
            }
            stream.end(expected);
            return manifest;
        }
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
        try (PackageStream stream = new PackageStream(source, expected.sha256() != null, progress)) {
            return unpack(stream, expected, folder);
        } catch (IntegrityViolation violation) {
            DurableFiles.emptyFolder(folder, violation);
            throw violation;
        } catch (IOException failure) {
            DurableFiles.emptyFolder(folder, failure);
            throw StorageFull.explain(folder, failure);
        } catch (RuntimeException | Error stopped) {
            DurableFiles.emptyFolder(folder, stopped);
            throw stopped;
        }
    }

    private static Unpacked unpack(PackageStream stream, PackageDigest expected, Path folder) throws IOException {
        PackageManifest manifest = stream.manifest();
        List<PackageEntry> links = new ArrayList<>();
        Set<Path> folders = new LinkedHashSet<>(List.of(folder));
        for (PackageEntry entry : manifest.entries()) {
            stream.header(entry);
            if (entry.kind() == FileFacts.Kind.SYMLINK) {
                stream.data(entry, PackageStream.Sink.NOWHERE);
                links.add(entry);
                continue;
            }
            Path file = entry.path().under(folder);
            if (folders.add(file.getParent())) {
                DurableFiles.createFolders(folder, file.getParent());
            }
            writeFile(stream, entry, file);
        }
        stream.end(expected);
        List<SkippedLink> skipped = new ArrayList<>();
        for (PackageEntry link : links) {
            Path file = link.path().under(folder);
            if (folders.add(file.getParent())) {
                DurableFiles.createFolders(folder, file.getParent());
            }
            byte[] target = PercentCode.decode(link.linkTargetEncoded());
            if (!LinkTarget.staysInside(link.path(), target) || !LinkTarget.create(file, target)) {
                skipped.add(new SkippedLink(link.path(), link.linkTargetEncoded()));
            }
        }
        for (Path made : folders) {
            DurableFiles.fsyncFolder(made);
        }
        return new Unpacked(manifest, List.copyOf(skipped));
    }

    private static void writeFile(PackageStream stream, PackageEntry entry, Path file) throws IOException {
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            stream.data(entry, (bytes, offset, length) -> {
                ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
            });
            FileTime modified = FileTime.from(entry.modified());
            Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(modified, null, null);
            out.force(true);
        }
    }
}
