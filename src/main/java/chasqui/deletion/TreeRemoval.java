package chasqui.deletion;

import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.Progress;
import chasqui.storage.RelativePath;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Deletes a staged tree that a proof names: moved aside, looked through, then file by file. A file that Chasqui did not
 * write, or that changed since, is somebody's work: then nothing more is removed and the tree goes back.
 *
 * <p>The folder for it follows from the copy's id: a repetition after a crash goes on with what was moved aside.
 */
final class TreeRemoval {
    private static final int MOST_NAMED = 10;

    private final DeletionGround ground;
    private final Path tree;
    private final Path aside;
    private final Map<String, ExpectedFile> expected;
    private final Victim victim;

    TreeRemoval(DeletionGround ground, Path outgoing, Victim victim, Map<String, ExpectedFile> expected) {
        this.ground = ground;
        this.tree = new RelativePath(victim.path()).under(ground.root());
        this.aside = outgoing.resolve("tree-" + victim.copyId());
        this.expected = expected;
        this.victim = victim;
    }

    /** @param progress told the bytes removed */
    Outcome remove(Progress progress) throws IOException {
        if (!Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
                return absent();
            }
            if (!Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
                return outcome(Outcome.What.CHANGED, tree + ": no folder but something else; it was not touched");
            }
            Files.move(tree, aside, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.fsyncFolder(tree.getParent());
            DurableFiles.fsyncFolder(aside.getParent());
        }
        List<Path> files = new ArrayList<>();
        List<Path> folders = new ArrayList<>();
        List<String> strangers = look(files, folders);
        if (!strangers.isEmpty()) {
            return outcome(Outcome.What.CHANGED, putBack(strangers));
        }
        for (Path file : files) {
            long bytes = expected.get(RelativePath.of(aside, file).encoded()).sizeBytes();
            Files.deleteIfExists(file);
            progress.advance(bytes);
        }
        try {
            for (Path folder : folders) {
                Files.deleteIfExists(folder);
            }
        } catch (DirectoryNotEmptyException writtenMeanwhile) {
            return outcome(Outcome.What.CHANGED, putBack(look(new ArrayList<>(), new ArrayList<>())));
        }
        DurableFiles.fsyncFolder(aside.getParent());
        return outcome(Outcome.What.DELETED, null);
    }

    /**
     * Looks for the tree without deleting it; what a dead attempt had moved aside is put back.
     *
     * @param whyNot why it must not be deleted any more
     */
    Outcome look(String whyNot) throws IOException {
        if (Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
            return outcome(Outcome.What.FAILED, whyNot + "; " + back());
        }
        return Files.exists(tree, LinkOption.NOFOLLOW_LINKS) ? outcome(Outcome.What.FAILED, whyNot) : absent();
    }

    private Outcome absent() throws IOException {
        ground.requireGone(tree, null);
        return outcome(Outcome.What.ABSENT, null);
    }

    /** Lists files, and folders with the deepest first; returns the names of those that are not ours to remove. */
    private List<String> look(List<Path> files, List<Path> folders) throws IOException {
        List<String> strangers = new ArrayList<>();
        Files.walkFileTree(aside, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                RelativePath path = RelativePath.of(aside, file);
                ExpectedFile ours = expected.get(path.encoded());
                if (ours != null && ours.fits(FileFacts.of(file))) {
                    files.add(file);
                } else {
                    strangers.add(path.readable());
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                folders.add(folder);
                return FileVisitResult.CONTINUE;
            }
        });
        return strangers;
    }

    private String putBack(List<String> strangers) throws IOException {
        String what = tree + ": holds files that Chasqui did not write, or that changed: "
                + String.join(", ", strangers.subList(0, Math.min(MOST_NAMED, strangers.size())))
                + (strangers.size() > MOST_NAMED ? " and " + (strangers.size() - MOST_NAMED) + " more" : "");
        return what + "; " + back() + "; move them elsewhere";
    }

    private String back() throws IOException {
        String where;
        try {
            // Only an empty folder under that name could be replaced.
            Files.move(aside, tree, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.fsyncFolder(tree.getParent());
            where = "the tree was put back";
        } catch (FileSystemException taken) {
            where = "its name was taken meanwhile, so that the tree lies at " + aside;
        }
        DurableFiles.fsyncFolder(aside.getParent());
        return where;
    }

    private Outcome outcome(Outcome.What what, String message) {
        return new Outcome(victim.copyId(), what, message);
    }
}
