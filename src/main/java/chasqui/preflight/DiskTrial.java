package chasqui.preflight;

import chasqui.storage.DurableFiles;
import chasqui.storage.FinalNameTaken;
import chasqui.storage.PackageDigest;
import chasqui.storage.Progress;
import chasqui.storage.ReadBack;
import chasqui.storage.StorageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;

/** Does with a small file in a folder all that work there will do with large ones; nothing of it is left. */
final class DiskTrial {
    private static final int BYTES = 100_000;
    /** Of a trial whose process died; on the file system's own clock. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private static final String PREFIX = ".chasqui-preflight-";

    private final Path folder;
    private final String name = PREFIX + UUID.randomUUID();

    private DiskTrial(Path folder) {
        this.folder = folder;
    }

    /**
     * @throws chasqui.storage.StorageFull there is no room
     * @throws IOException something else does not work there; says what
     */
    static void in(Path folder) throws IOException {
        new DiskTrial(folder).run();
    }

    private void run() throws IOException {
        Path first = folder.resolve(name + "-1");
        Path second = folder.resolve(name + "-2");
        Path named = folder.resolve(name + "-named");
        byte[] content = new byte[BYTES];
        new Random().nextBytes(content);
        try {
            PackageDigest written = DurableFiles.write(out -> out.write(content), first);
            DurableFiles.write(out -> out.write(content), second);
            removeAbandoned(Files.getLastModifiedTime(first));
            DurableFiles.publish(first, named);
            requireNoReplacing(second, named);
            if (!ReadBack.read(named, true, Progress.NONE).holds(written)) {
                throw new StorageException(
                        folder + ": what was written there is read back as something else; look at the disk");
            }
        } finally {
            for (Path path : new Path[] {first, second, named}) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static void requireNoReplacing(Path temporary, Path taken) throws IOException {
        try {
            DurableFiles.publish(temporary, taken);
        } catch (FinalNameTaken asItShouldBe) {
            return;
        }
        throw new StorageException(taken
                + ": this file system replaces a file where it was asked to make a new name; nothing is safe there");
    }

    private void removeAbandoned(FileTime now) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path path : left) {
                if (!path.getFileName().toString().startsWith(name)
                        && age(path, now).compareTo(ABANDONED) > 0) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private static Duration age(Path path, FileTime now) {
        try {
            return Duration.between(Files.getLastModifiedTime(path).toInstant(), now.toInstant());
        } catch (IOException gone) {
            return Duration.ZERO;
        }
    }
}
