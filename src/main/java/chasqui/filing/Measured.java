package chasqui.filing;

import chasqui.storage.FileFacts;
import chasqui.storage.Fingerprint;
import chasqui.storage.LinkTarget;
import chasqui.storage.Progress;
import chasqui.storage.SourceChanged;
import chasqui.storage.StorageException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.UUID;

/**
 * What one read pass over a file gave: its fingerprint, or why there is none.
 *
 * @param linkTarget percent-encoded target of a symbolic link, else null
 * @param refusal null when the file was measured
 */
record Measured(Found found, Fingerprint fingerprint, String linkTarget, FilingReport.Refused refusal) {
    private static final String STILL_WRITTEN = "file it again when its writer has finished";

    /** How a file is read. */
    @FunctionalInterface
    interface Measuring {
        Measuring DISK = Measured::of;

        Measured measure(Found file, Progress progress);
    }

    /** The same at every filing of this file as it is now. */
    UUID uuid(String location) {
        return FileIdentity.of(
                location,
                found.path().encoded(),
                fingerprint.sizeBytes(),
                fingerprint.sha256().toString());
    }

    /** Whether it was refused because somebody was at work on it: it may be whole a moment later. */
    boolean stillWritten() {
        return refusal != null && refusal.remedy().equals(STILL_WRITTEN);
    }

    static Measured of(Found found, Progress progress) {
        boolean link = found.facts().kind() == FileFacts.Kind.SYMLINK;
        try {
            String target = link ? LinkTarget.encodedOf(found.file()) : null;
            Fingerprint fingerprint = Fingerprint.take(found.file(), progress);
            if (!FileFacts.of(found.file()).equals(found.facts())) {
                return refused(found, "changed while it was being filed", STILL_WRITTEN);
            }
            return new Measured(found, fingerprint, target, null);
        } catch (SourceChanged changed) {
            return link
                    ? refused(
                            found,
                            "a symbolic link whose target is not written plainly (doubled or final slashes)",
                            "make the link again with a plain target")
                    : refused(found, "changed while it was being read", STILL_WRITTEN);
        } catch (IOException failure) {
            return new Measured(found, null, null, refusal(found.readable(), failure));
        }
    }

    private static Measured refused(Found found, String reason, String remedy) {
        return new Measured(found, null, null, new FilingReport.Refused(found.readable(), reason, remedy));
    }

    /** Names what an error of the file system means for a file, and what to do. */
    static FilingReport.Refused refusal(String path, IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return new FilingReport.Refused(
                    path, "vanished while it was being filed", "file it again if it should be there");
        }
        if (failure instanceof AccessDeniedException) {
            return new FilingReport.Refused(
                    path, "unreadable: permission denied", "let the user of this program read it, then file it again");
        }
        String said = failure instanceof FileSystemException at && at.getReason() != null
                ? at.getReason()
                : failure instanceof StorageException || failure.getMessage() != null
                        ? failure.getMessage()
                        : failure.getClass().getSimpleName();
        return new FilingReport.Refused(path, "unreadable: " + said, "repair or remove it, then file it again");
    }

    boolean isEmptyFile() {
        return found.facts().kind() == FileFacts.Kind.FILE && fingerprint.sizeBytes() == 0;
    }
}
