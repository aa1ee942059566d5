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

    /**
     * Reads back what this attempt has written, durable, under a name of its own making. What the device does not hold
     * as it was written goes to quarantine: for whoever wants to know why, and so that nothing else gets these blocks.
     *
     * @param root of the location, above the file
     * @throws IntegrityViolation the device holds something else; says where that lies now
     */
    public static ReadBackResult prove(
            Path root, Path written, PackageDigest expected, boolean withSha256, Progress progress) throws IOException {
        ReadBackResult there = read(written, withSha256, progress);
        if (!there.holds(expected)) {
            throw condemned(
                    root, written, new IntegrityViolation("", "all of it", expected.toString(), there.toString()));
        }
        return there;
    }

    /**
     * Moves what was read back as something else than was written, a file or a tree, to quarantine.
     *
     * @param root of the location, above it
     * @return what to throw
     */
    public static IntegrityViolation condemned(Path root, Path written, IntegrityViolation difference) {
        String what = "was written right and read back wrong: " + difference.entry() + ": expected "
                + difference.expected() + ", found " + difference.found();
        String where;
        IOException notKept = null;
        try {
            where = "it lies at " + DurableFiles.quarantine(root, written, what) + " now";
        } catch (IOException failure) {
            where = "it could not be kept";
            notKept = failure;
        }
        IntegrityViolation violation = new IntegrityViolation(
                written + " as this disk gave it back (" + where + "; look at the disk if this repeats)",
                difference.entry(),
                difference.expected(),
                difference.found());
        if (notKept != null) {
            violation.addSuppressed(notKept);
        }
        return violation;
    }

    private static ReadBackResult result(PackageDigest found, ReadBackResult.Mode mode) {
        return new ReadBackResult(found.sizeBytes(), found.xxHash64(), found.sha256(), mode);
    }
}
