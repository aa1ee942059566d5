package chasqui.demo;

import chasqui.storage.RelativePath;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings a user's tree into a source folder without touching it: by hard link where the file system and the user's rights
 * allow, else by copy. What the pipeline later deletes is the name in the source folder, never the user's.
 */
final class TreePlacer extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;
    private final List<String> problems = new ArrayList<>();
    private long files;
    private boolean linking = true;

    private TreePlacer(Path from, Path to) {
        this.from = from;
        this.to = to;
    }

    /** What was placed: how many files, and what could not be, each with its reason and remedy. */
    record Placed(long files, List<String> problems) {}

    static Placed place(Path from, Path to) throws IOException {
        TreePlacer placer = new TreePlacer(from, to);
        Files.createDirectories(to);
        Files.walkFileTree(from, placer);
        return new Placed(placer.files, List.copyOf(placer.problems));
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes facts) throws IOException {
        Files.createDirectories(to.resolve(from.relativize(folder)));
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
        if (facts.isOther()) {
            problems.add(name(file) + ": is neither a file nor a symbolic link (a FIFO, socket or device): left out");
            return FileVisitResult.CONTINUE;
        }
        Path target = to.resolve(from.relativize(file));
        try {
            if (!facts.isRegularFile() || !link(file, target)) {
                Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
            }
            files++;
        } catch (IOException e) {
            problems.add(name(file) + ": cannot be read (" + e.getClass().getSimpleName()
                    + "): left out; give this user read permission and run again");
        }
        return FileVisitResult.CONTINUE;
    }

    private boolean link(Path file, Path target) {
        // A link to an unreadable file would only move the failure further on.
        if (!linking || !Files.isReadable(file)) {
            return false;
        }
        try {
            Files.createLink(target, file);
            return true;
        } catch (IOException | UnsupportedOperationException | SecurityException refused) {
            linking = false;
            return false;
        }
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
        problems.add(name(file) + ": cannot be read (" + failure.getClass().getSimpleName()
                + "): left out; give this user read permission and run again");
        return FileVisitResult.CONTINUE;
    }

    private String name(Path file) {
        return RelativePath.of(from, file).readable();
    }
}
