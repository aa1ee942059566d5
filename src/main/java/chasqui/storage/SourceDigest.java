package chasqui.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The digest of a file, taken beside its sending: whoever comes second finds the bytes in memory. What was registered is
 * compared before what was sent becomes visible.
 */
final class SourceDigest implements AutoCloseable {
    private final Path file;
    private final FutureTask<PackageDigest> work;
    private final Thread thread;

    private SourceDigest(Path file, FileFacts before) {
        this.file = file;
        this.work = new FutureTask<>(() -> new FilePass(file, before, false)
                .run(null, Progress.NONE, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        this.thread = new Thread(work, "source-digest");
        thread.setDaemon(true);
        thread.start();
    }

    static SourceDigest begin(Path file) throws IOException {
        FileFacts before = FileFacts.of(file);
        if (before.kind() != FileFacts.Kind.FILE) {
            throw new StorageException(file + ": not a regular file; only those are sent");
        }
        return new SourceDigest(file, before);
    }

    /**
     * @throws IntegrityViolation the file is not what was registered
     * @throws SourceChanged it was written to meanwhile
     */
    void require(PackageDigest registered) throws IOException {
        PackageDigest found = await();
        if (found.sizeBytes() != registered.sizeBytes() || !found.xxHash64().equals(registered.xxHash64())) {
            throw new IntegrityViolation(
                    file + " as it was read for sending",
                    "whole package",
                    registered.sizeBytes() + " bytes, " + registered.xxHash64(),
                    found.sizeBytes() + " bytes, " + found.xxHash64());
        }
    }

    private PackageDigest await() throws IOException {
        try {
            return work.get();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while reading " + file).initCause(stopped);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(failure.getCause());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
