package chasqui.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
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

/** Writes what comes out of one package below a folder of its own. */
final class TreeWriter {
    private final Path folder;
    private final Set<Path> folders = new LinkedHashSet<>();
    private final List<Path> unsafe = new ArrayList<>();

    TreeWriter(Path folder) {
        this.folder = folder;
        folders.add(folder);
    }

    /** Writes the files of a package whose whole is not yet verified. */
    PackageManifest files(PackageStream stream) throws IOException {
        PackageManifest manifest = stream.manifest();
        for (PackageEntry entry : manifest.entries()) {
            if (entry.kind() == FileFacts.Kind.FILE) {
                write(stream, entry, place(entry));
            } else {
                stream.entry(entry, PackageStream.Sink.NOWHERE);
            }
        }
        return manifest;
    }

    /** Makes the links that stay inside; the others are named. */
    List<PackageReader.SkippedLink> links(PackageManifest manifest) throws IOException {
        List<PackageReader.SkippedLink> skipped = new ArrayList<>();
        List<PackageEntry> made = new ArrayList<>();
        for (PackageEntry entry : manifest.entries()) {
            if (entry.kind() == FileFacts.Kind.SYMLINK) {
                // All folders before the first link, for the same reason.
                place(entry);
                made.add(entry);
            }
        }
        for (PackageEntry link : made) {
            byte[] target = PercentCode.decode(link.linkTargetEncoded());
            if (!LinkTarget.staysInside(link.path(), target)
                    || !LinkTarget.create(link.path().under(folder), target)) {
                skipped.add(new PackageReader.SkippedLink(link.path(), link.linkTargetEncoded()));
            }
        }
        return List.copyOf(skipped);
    }

    /** Files that were left in the cache, then all names. */
    void makeDurable(Progress progress) throws IOException {
        Crew.run("fsync", unsafe.size(), progress, i -> {
            try (FileChannel file =
                    FileChannel.open(unsafe.get(i), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                file.force(true);
            }
            return null;
        });
        for (Path made : folders) {
            DurableFiles.fsyncFolder(made);
            progress.advance(0);
        }
    }

    private Path place(PackageEntry entry) throws IOException {
        Path file = entry.path().under(folder);
        if (folders.add(file.getParent())) {
            DurableFiles.createFolders(folder, file.getParent());
            for (Path up = file.getParent(); !up.equals(folder); up = up.getParent()) {
                folders.add(up);
            }
        }
        return file;
    }

    private void write(PackageStream stream, PackageEntry entry, Path file) throws IOException {
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            stream.entry(entry, data -> {
                try {
                    while (data.hasRemaining()) {
                        out.write(data);
                    }
                } catch (IOException failure) {
                    throw Failures.writing(file, failure);
                }
            });
            Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(FileTime.from(entry.modified()), null, null);
            if (entry.sizeBytes() > Slab.BLOCK_BYTES) {
                out.force(true);
            } else {
                unsafe.add(file);
            }
        } catch (FileAlreadyExistsException clash) {
            throw new IntegrityViolation(
                    folder.toString(), entry.path().readable(), "a name of its own", "a folder of this name");
        }
    }
}
