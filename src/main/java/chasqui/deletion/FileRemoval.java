package chasqui.deletion;

import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.RelativePath;
import chasqui.storage.StorageException;
import chasqui.storage.VictimChanged;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;

/** Deletes one file that a proof names. */
final class FileRemoval {
    /** Facts that no file can have: whatever is there is another one. */
    private static final FileFacts NO_FILE = new FileFacts(-1, Instant.EPOCH, "none", FileFacts.Kind.OTHER);

    private final DeletionGround ground;

    FileRemoval(DeletionGround ground) {
        this.ground = ground;
    }

    Outcome remove(Victim victim) throws IOException {
        RelativePath path = new RelativePath(victim.path());
        if (!ground.reachable(path)) {
            throw new StorageException(victim.location() + "/" + path
                    + ": a symbolic link or file stands where a folder " + "was on its path; nothing was touched");
        }
        Path file = path.under(ground.root());
        try {
            return switch (DurableFiles.discard(ground.root(), file, expected(file, victim))) {
                case REMOVED -> new Outcome(victim.copyId(), Outcome.What.DELETED, null);
                case ABSENT -> absent(victim, file);
            };
        } catch (VictimChanged changed) {
            return new Outcome(victim.copyId(), Outcome.What.CHANGED, changed.getMessage());
        }
    }

    /**
     * Looks for the victim without deleting it; what a dead attempt had moved aside is put back.
     *
     * @param whyNot why it must not be deleted any more
     */
    Outcome look(Victim victim, String whyNot) throws IOException {
        Path file = new RelativePath(victim.path()).under(ground.root());
        try {
            DurableFiles.discard(ground.root(), file, NO_FILE);
            return absent(victim, file);
        } catch (VictimChanged there) {
            return new Outcome(victim.copyId(), Outcome.What.FAILED, whyNot);
        }
    }

    private Outcome absent(Victim victim, Path file) throws IOException {
        ground.requireGone(file, DeletionGround.device(victim.fileKey()));
        return new Outcome(victim.copyId(), Outcome.What.ABSENT, null);
    }

    /**
     * What was registered; only the device's number may be another one, since kernels number devices anew when they
     * mount them: then it must be the number that the root has now.
     */
    private FileFacts expected(Path file, Victim victim) throws IOException {
        FileFacts registered = victim.facts();
        try {
            FileFacts found = FileFacts.of(file);
            FileFacts remounted = new FileFacts(
                    registered.sizeBytes(),
                    registered.modified(),
                    ground.device() + ":" + inode(registered.fileKey()),
                    registered.kind());
            return found.equals(remounted) ? remounted : registered;
        } catch (NoSuchFileException absent) {
            return registered;
        }
    }

    private static String inode(String fileKey) {
        return fileKey.substring(fileKey.indexOf(':') + 1);
    }
}
