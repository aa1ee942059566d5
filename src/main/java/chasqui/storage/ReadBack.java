package chasqui.storage;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads a file back after it was written, to prove what the device holds. */
public final class ReadBack {
    private ReadBack() {}

    /**
     * Reads a file with O_DIRECT where its file system has it, else through the cache, and says which.
     *
     * @param progress told the bytes read
     * @throws SourceChanged it was written to or replaced meanwhile
     */
    public static ReadBackResult read(Path file, boolean withSha256, Progress progress) throws IOException {
        FileFacts before = FileFacts.of(file);
        if (before.kind() != FileFacts.Kind.FILE) {
            throw new StorageException(file + ": not a regular file; only those are read back");
        }
        FilePass pass = new FilePass(file, before, withSha256);
        try {
            PackageDigest found = pass.run(
                    null, progress, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS, ExtendedOpenOption.DIRECT);
            return result(found, ReadBackResult.Mode.DIRECT);
        } catch (UnsupportedOperationException | IOException failure) {
            if (!Failures.refusesDirect(failure)) {
                throw failure;
            }
        }
        PackageDigest found = pass.run(null, progress, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        return result(found, ReadBackResult.Mode.CACHED);
    }

    private static ReadBackResult result(PackageDigest found, ReadBackResult.Mode mode) {
        return new ReadBackResult(found.sizeBytes(), found.xxHash64(), found.sha256(), mode);
    }
}
