package chasqui.staging;

import chasqui.pipeline.Lease;
import chasqui.storage.DurableFiles;
import chasqui.storage.FinalNameTaken;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;

/** The place where one operation unpacks, and the step that gives the tree its name. */
final class StagingFolder {
    private final Path root;
    private final Lease lease;

    StagingFolder(Path root, Lease lease) {
        this.root = root;
        this.lease = lease;
    }

    /** A folder of this attempt's own; what earlier attempts left is removed. */
    Path fresh() throws IOException {
        Path temporaries = root.resolve(DurableFiles.OWN_FOLDER).resolve("tmp");
        DurableFiles.createFolders(root, temporaries);
        String ours = "op-" + lease.operation().id() + "-";
        try (DirectoryStream<Path> left = Files.newDirectoryStream(temporaries, ours + "*")) {
            for (Path earlier : left) {
                removeTree(earlier);
            }
        }
        Path folder = temporaries.resolve(ours + lease.token());
        DurableFiles.createFolders(root, folder);
        return folder;
    }

    /**
     * Gives the tree its name; nothing but an empty folder can stand there and be replaced.
     *
     * @throws FinalNameTaken something has that name; the tree is kept where it is
     */
    void publish(Path tree, Path finalName) throws IOException {
        lease.requireHeld();
        try {
            Files.move(tree, finalName, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException refused) {
            if (Files.exists(finalName, LinkOption.NOFOLLOW_LINKS) && Files.isDirectory(tree)) {
                throw new FinalNameTaken(finalName);
            }
            throw refused;
        }
        DurableFiles.fsyncFolder(root);
        DurableFiles.fsyncFolder(tree.getParent());
    }

    /** Removes a tree of our own making; links in it are removed, not followed. */
    static void removeTree(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
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
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
