package chasqui.storage;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/** Files that survive a power cut: written under a temporary name, made durable, then named so that nothing is replaced. */
public final class DurableFiles {
    /** Where a location's root keeps what is not data: quarantine and files on their way out. */
    public static final String OWN_FOLDER = ".chasqui";

    private static final int WRITE_BUFFER_BYTES = 64 << 10;

    private DurableFiles() {}

    /**
     * Copies a file to a new temporary name, durable, in one pass. The temporary is removed again on any failure.
     *
     * @param temporary a name of the caller's own making that must not exist
     * @throws SourceChanged the source was written to or replaced meanwhile
     * @throws StorageFull no room
     */
    public static PackageDigest copy(Path source, Path temporary, Progress progress) throws IOException {
        FileFacts before = FileFacts.of(source);
        if (before.kind() != FileFacts.Kind.FILE) {
            throw new StorageException(source + ": not a regular file; only those are copied");
        }
        BlockWriter out = BlockWriter.createNew(temporary);
        try (out) {
            PackageDigest digest = new FilePass(source, before, true)
                    .run(out, progress, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            out.force();
            return digest;
        } catch (IOException failure) {
            throw Failures.afterRemoving(temporary, source, failure);
        } catch (RuntimeException | Error stopped) {
            Failures.removeTemporary(temporary, stopped);
            throw stopped;
        }
    }

    /** Writes a small new file, durable, for example a sidecar. The same rules as {@link #copy}. */
    public static void write(byte[] content, Path temporary) throws IOException {
        FileChannel out = BlockWriter.newFile(temporary);
        try (out) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        } catch (IOException failure) {
            Failures.removeTemporary(temporary, failure);
            throw Failures.writing(temporary, failure);
        }
    }

    /** Makes the content of a file on the way into it. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes a new file, durable, whose content is made on the way. The same rules as {@link #copy}. */
    public static PackageDigest write(Content content, Path temporary) throws IOException {
        FileChannel file = BlockWriter.newFile(temporary);
        try (file) {
            DigestedOutput digested = new DigestedOutput(file);
            OutputStream out = new BufferedOutputStream(digested, WRITE_BUFFER_BYTES);
            content.writeTo(out);
            out.flush();
            file.force(true);
            return digested.digest();
        } catch (IOException failure) {
            Failures.removeTemporary(temporary, failure);
            throw Failures.writing(temporary, failure);
        } catch (RuntimeException | Error stopped) {
            Failures.removeTemporary(temporary, stopped);
            throw stopped;
        }
    }

    /**
     * Gives a finished file its final name on the same file system, without ever replacing anything, and makes the
     * name durable. Repeating it after a crash in the middle finishes it.
     *
     * @throws FinalNameTaken another file has that name; the temporary is kept
     */
    public static void publish(Path temporary, Path finalName) throws IOException {
        try {
            Files.createLink(finalName, temporary);
        } catch (FileAlreadyExistsException taken) {
            FileFacts there = FileFacts.of(finalName);
            if (!there.fileKey().equals(FileFacts.of(temporary).fileKey())) {
                throw new FinalNameTaken(finalName);
            }
        } catch (UnsupportedOperationException noLinks) {
            throw new StorageException(
                    finalName + ": this file system has no hard links, so that a name cannot be "
                            + "made without the risk of replacing a file",
                    noLinks);
        } catch (IOException failure) {
            throw Failures.linking(finalName, temporary, failure);
        }
        fsyncFolder(finalName.toAbsolutePath().getParent());
        Files.delete(temporary);
        fsyncFolder(temporary.toAbsolutePath().getParent());
    }

    /**
     * Makes a file durable that somebody else wrote and named: perhaps an attempt that died in the middle. Its bytes, its
     * name and the folders from the root down to it survive a power cut from here on. Before it is read back, not after:
     * only what the device was told to keep can be proven.
     *
     * @throws StorageException it is no regular file
     */
    public static void makeDurable(Path root, Path file) throws IOException {
        RelativePath.of(root, file);
        if (FileFacts.of(file).kind() != FileFacts.Kind.FILE) {
            throw new StorageException(file + ": not a regular file; only those are adopted");
        }
        try (FileChannel bytes = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            bytes.force(true);
        }
        for (Path folder = file.getParent(); folder.startsWith(root); folder = folder.getParent()) {
            fsyncFolder(folder);
        }
    }

    /** The same for a tree of files: everything in it, then its names. */
    public static void makeTreeDurable(Path root, Path tree, Progress progress) throws IOException {
        RelativePath.of(root, tree);
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts) throws IOException {
                if (facts.isRegularFile()) {
                    try (FileChannel bytes =
                            FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
                        bytes.force(true);
                    }
                    progress.advance(0);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                fsyncFolder(folder);
                return FileVisitResult.CONTINUE;
            }
        });
        fsyncFolder(tree.getParent());
    }

    /** Makes the names in a folder durable. */
    public static void fsyncFolder(Path folder) throws IOException {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    /**
     * Makes the folders from an existing root down to a folder, each one durable.
     *
     * @throws StorageException one of them is a symbolic link or no folder, or the folder is not below the root
     */
    public static void createFolders(Path root, Path folder) throws IOException {
        if (folder.equals(root)) {
            return;
        }
        RelativePath below = RelativePath.of(root, folder);
        Path parent = root;
        for (Path name : below.under(Path.of(""))) {
            Path child = parent.resolve(name);
            try {
                Files.createDirectory(child);
                fsyncFolder(parent);
            } catch (FileAlreadyExistsException there) {
                if (!Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    throw new StorageException(child + ": a file or symbolic link stands where a folder must be made");
                }
            } catch (IOException failure) {
                throw Failures.writing(child, failure);
            }
            parent = child;
        }
    }

    /**
     * Makes sure that the folders between a root and a file are folders, not links that lead elsewhere. What has no
     * such folders passes: nothing is there.
     *
     * @throws StorageException one of them is a symbolic link
     * @throws IllegalArgumentException the file is not below the root
     */
    public static void requireContained(Path root, Path file) throws IOException {
        RelativePath.of(root, file);
        for (Path up = file.getParent(); !up.equals(root); up = up.getParent()) {
            if (Files.isSymbolicLink(up)) {
                throw new StorageException(up + ": a symbolic link on the way to " + file + ", which must lie below "
                        + root + "; remove the link");
            }
        }
    }

    /**
     * Moves a file that must not be used, and must not be lost, into {@code root/.chasqui/quarantine}; a text beside
     * it names where it was and why it is here.
     *
     * @return where it is now
     */
    public static Path quarantine(Path root, Path file, String reason) throws IOException {
        requireContained(root, file);
        RelativePath was = RelativePath.of(root, file);
        Path folder = root.resolve(OWN_FOLDER).resolve("quarantine");
        createFolders(root, folder);
        Path aside = folder.resolve(UUID.randomUUID().toString());
        Path text = textBeside(aside);
        String note = "path: " + was.encoded() + "\nreadable: " + was.readable() + "\nreason: " + reason + "\n";
        write(note.getBytes(StandardCharsets.UTF_8), text);
        try {
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            Failures.removeTemporary(text, failure);
            throw Failures.writing(file, failure);
        }
        fsyncFolder(folder);
        fsyncFolder(file.toAbsolutePath().getParent());
        return aside;
    }

    static Path textBeside(Path aside) {
        return aside.resolveSibling(aside.getFileName() + ".txt");
    }

    /** What {@link #discard} found. */
    public enum Discarded {
        REMOVED,
        ABSENT
    }

    /**
     * Deletes one file, if it is still the one that a proof named: moved aside on its file system, compared, unlinked.
     * Repeating it after a crash in the middle finishes it.
     *
     * @param expected device, inode, size and time of the file to delete
     * @return ABSENT when nothing had the name: the deletion is done
     * @throws VictimChanged another file has the name; it was kept, or put back
     */
    public static Discarded discard(Path root, Path file, FileFacts expected) throws IOException {
        return new Deletion(root, file, expected).run();
    }

    /**
     * Empties a folder that we made and filled, adding what fails to the reason for doing so. What another process removes
     * meanwhile is fine.
     */
    static void emptyFolder(Path folder, Throwable because) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes facts) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                    if (failure instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw failure;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path made, IOException failure) throws IOException {
                    if (failure != null) {
                        throw failure;
                    }
                    if (!made.equals(folder)) {
                        Files.deleteIfExists(made);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException leftBehind) {
            because.addSuppressed(leftBehind);
        }
    }
}
