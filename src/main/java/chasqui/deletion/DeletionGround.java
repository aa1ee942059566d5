package chasqui.deletion;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;

/** The root that is deleted below: made sure of before its files are believed to be absent. */
final class DeletionGround {
    private final String location;
    private final Path root;
    private final boolean proven;

    DeletionGround(String location, Path root) {
        this.location = location;
        this.root = root;
        this.proven = Files.isDirectory(root.resolve(DurableFiles.OWN_FOLDER));
    }

    Path root() {
        return root;
    }

    /**
     * Where files on their way out are kept for a moment.
     *
     * @throws ChasquiException (location, retryable) the root is not there, perhaps not mounted, or not writable
     */
    Path requireUsable() {
        if (!Files.isDirectory(root)) {
            throw unusable("there is no such folder; is its disk mounted?", null);
        }
        Path outgoing = root.resolve(DurableFiles.OWN_FOLDER).resolve("outgoing");
        try {
            try (Stream<Path> inside = Files.list(root)) {
                if (inside.findAny().isEmpty()) {
                    throw unusable("the folder is empty; is its disk mounted?", null);
                }
            }
            DurableFiles.createFolders(root, outgoing);
            Path probe = outgoing.resolve("probe-" + UUID.randomUUID());
            Files.createFile(probe);
            Files.delete(probe);
            return outgoing;
        } catch (IOException refused) {
            throw unusable(
                    "files cannot be moved aside there (" + refused + "); give the service write access", refused);
        }
    }

    /** Whether every folder on the way to a file is a real one: nothing is deleted through a symbolic link. */
    boolean reachable(RelativePath path) throws IOException {
        for (Path parent = path.under(root).getParent(); !parent.equals(root); parent = parent.getParent()) {
            if (Files.isSymbolicLink(parent) || Files.isRegularFile(parent, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Makes sure that a file which is not there is gone, and not hidden behind a mount that is missing.
     *
     * @param device number of the device it was registered on, null where it is not known
     * @throws ChasquiException (location, retryable) the nearest folder lies on another device
     */
    void requireGone(Path file, String device) throws IOException {
        Path nearest = file.getParent();
        while (!nearest.equals(root) && !Files.isDirectory(nearest, LinkOption.NOFOLLOW_LINKS)) {
            nearest = nearest.getParent();
        }
        boolean known = nearest.equals(root) && proven || deviceOf(nearest).equals(device);
        if (!known) {
            throw unusable(file + " is not there, but neither is the disk that it was registered on; mount it", null);
        }
    }

    String device() throws IOException {
        return deviceOf(root);
    }

    private static String deviceOf(Path path) throws IOException {
        return device(FileFacts.of(path).fileKey());
    }

    static String device(String fileKey) {
        return fileKey.substring(0, fileKey.indexOf(':'));
    }

    private ChasquiException unusable(String why, IOException cause) {
        return new ChasquiException(FailureKind.LOCATION, true, location + ": " + root + ": " + why, cause);
    }
}
