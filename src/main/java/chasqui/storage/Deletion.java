package chasqui.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * One deletion. The file is renamed to a name that only we know and compared there, so that what is unlinked is what
 * was compared, whoever else writes under the old name meanwhile.
 *
 * <p>The folder for it follows from the file's path: a repetition after a crash finds what the first one moved aside.
 */
final class Deletion {
    private final Path file;
    private final FileFacts expected;
    private final Path root;
    private final Path aside;

    Deletion(Path root, Path file, FileFacts expected) {
        this.root = root;
        this.file = file;
        this.expected = expected;
        byte[] path = RelativePath.of(root, file).encoded().getBytes(StandardCharsets.US_ASCII);
        aside = root.resolve(DurableFiles.OWN_FOLDER)
                .resolve("outgoing")
                .resolve(Digests.xxHash64Of(path).hex());
    }

    DurableFiles.Discarded run() throws IOException {
        DurableFiles.requireContained(root, file);
        boolean removed = finishEarlier();
        FileFacts there;
        try {
            there = FileFacts.of(file);
        } catch (NoSuchFileException absent) {
            return removed ? DurableFiles.Discarded.REMOVED : DurableFiles.Discarded.ABSENT;
        }
        if (!there.equals(expected)) {
            throw new VictimChanged(file, expected, there, "it was not touched");
        }
        DurableFiles.createFolders(root, aside);
        Path moved = aside.resolve(UUID.randomUUID().toString());
        try {
            Files.move(file, moved, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException absent) {
            return DurableFiles.Discarded.ABSENT;
        } catch (IOException failure) {
            throw new StorageException(
                    file + ": cannot be moved aside before deleting it: " + Failures.reason(failure), failure);
        }
        settle(moved);
        removeOwnFolder();
        DurableFiles.fsyncFolder(file.toAbsolutePath().getParent());
        return DurableFiles.Discarded.REMOVED;
    }

    /** Settles what an earlier try moved aside before it died; true if that was the victim. */
    private boolean finishEarlier() throws IOException {
        List<Path> earlier;
        try (Stream<Path> inside = Files.list(aside)) {
            earlier = inside.toList();
        } catch (NoSuchFileException none) {
            return false;
        }
        for (Path moved : earlier) {
            settle(moved);
        }
        return !earlier.isEmpty();
    }

    private void removeOwnFolder() throws IOException {
        try {
            Files.deleteIfExists(aside);
        } catch (DirectoryNotEmptyException anotherIsAtIt) {
            // Whoever put something there settles it.
        }
    }

    private void settle(Path moved) throws IOException {
        FileFacts found;
        try {
            found = FileFacts.of(moved);
        } catch (NoSuchFileException settledByAnother) {
            return;
        }
        if (found.equals(expected)) {
            Files.deleteIfExists(moved);
            DurableFiles.fsyncFolder(aside);
            return;
        }
        throw new VictimChanged(file, expected, found, putBack(moved));
    }

    private String putBack(Path moved) throws IOException {
        try {
            Files.createLink(file, moved);
        } catch (FileAlreadyExistsException another) {
            return "its name was taken again meanwhile, so that it now lies at "
                    + DurableFiles.quarantine(root, moved, "met when " + file + " was to be deleted");
        }
        DurableFiles.fsyncFolder(file.toAbsolutePath().getParent());
        Files.deleteIfExists(moved);
        return "it was put back";
    }
}
