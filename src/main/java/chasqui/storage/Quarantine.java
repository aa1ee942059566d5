package chasqui.storage;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Takes what was read and found wrong out of the way, and nothing else: its name may have the right bytes by now. */
public final class Quarantine {
    private Quarantine() {}

    /**
     * Moves one file aside, if it is still the one that was read.
     *
     * @param read device, inode, size and time, taken before it was read
     * @param reason for whoever looks at it later
     * @return where it is now
     * @throws VictimChanged another file has the name; it was kept, or put back
     */
    public static Path take(Path root, Path file, FileFacts read, String reason) throws IOException {
        FileFacts there = FileFacts.of(file);
        if (!there.equals(read)) {
            throw new VictimChanged(file, read, there, "it was not touched");
        }
        Path aside = DurableFiles.quarantine(root, file, reason);
        FileFacts moved = FileFacts.of(aside);
        if (moved.equals(read)) {
            return aside;
        }
        // Between look and move another took its place.
        try {
            Files.createLink(file, aside);
        } catch (FileAlreadyExistsException again) {
            throw new VictimChanged(
                    file, read, moved, "its name was taken again meanwhile, so that it now lies at " + aside);
        }
        DurableFiles.fsyncFolder(file.toAbsolutePath().getParent());
        Files.deleteIfExists(aside);
        Files.deleteIfExists(DurableFiles.textBeside(aside));
        throw new VictimChanged(file, read, moved, "it was put back");
    }
}
