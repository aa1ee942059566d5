package chasqui.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a verified file got its final name.
 *
 * @param outcome what was met at that name
 * @param readMode how the file met there was read; null unless it was adopted
 * @param aside where other bytes that had the name lie now; null unless there were some
 */
public record Placement(Outcome outcome, ReadBackResult.Mode readMode, String aside) {
    /** PUBLISHED: the name was free. ADOPTED: equal bytes had it. QUARANTINED: other bytes had it and were moved aside. */
    public enum Outcome {
        PUBLISHED,
        ADOPTED,
        QUARANTINED
    }

    private static final Logger log = LoggerFactory.getLogger(Placement.class);

    /** Whoever makes the same name again and again is no accident of ours. */
    private static final int MOST_TRIES = 3;

    /**
     * Gives a finished file its final name. Equal bytes that have it already are adopted and the temporary is removed;
     * other bytes are moved to quarantine, never replaced. Makes the folders below the root.
     *
     * @param expected what the temporary holds; its SHA-256 is compared where it is not null
     * @param progress told the bytes read at the final name; may throw to stop before a name is made
     */
    public static Placement place(Path root, Path temporary, Path finalName, PackageDigest expected, Progress progress)
            throws IOException {
        DurableFiles.createFolders(root, finalName.getParent());
        String aside = null;
        for (int tries = 1; ; tries++) {
            progress.advance(0);
            try {
                DurableFiles.publish(temporary, finalName);
                return new Placement(aside == null ? Outcome.PUBLISHED : Outcome.QUARANTINED, null, aside);
            } catch (FinalNameTaken taken) {
                if (tries == MOST_TRIES) {
                    throw taken;
                }
            }
            try {
                DurableFiles.makeDurable(root, finalName);
                FileFacts met = FileFacts.of(finalName);
                ReadBackResult there = ReadBack.read(finalName, expected.sha256() != null, progress);
                if (there.holds(expected)) {
                    Files.delete(temporary);
                    DurableFiles.fsyncFolder(temporary.getParent());
                    return new Placement(Outcome.ADOPTED, there.mode(), aside);
                }
                progress.advance(0);
                aside = Quarantine.take(
                                root,
                                finalName,
                                met,
                                "had the final name of other bytes: " + expected + " was to come, found " + there)
                        .toString();
            } catch (NoSuchFileException goneMeanwhile) {
                // Whoever took the name gave it up again: the next try may have it.
            } catch (VictimChanged another) {
                // Perhaps the right bytes: the next try reads them.
                log.info("{}", another.getMessage());
            }
        }
    }
}
