package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Size and both digests of a file, taken in one read pass. */
public record Fingerprint(long sizeBytes, Checksum xxHash64, Checksum sha256) {
    private static final int BUFFER_BYTES = 256 << 10;

    /**
     * Reads a file once; of a symbolic link, the bytes of its target, never what it points to.
     *
     * @throws SourceChanged it was written to or replaced meanwhile
     * @throws StorageException it is neither a file nor a symbolic link
     */
    public static Fingerprint take(Path file, Progress progress) throws IOException {
        FileFacts before = FileFacts.of(file);
        Digests digests = new Digests(true);
        switch (before.kind()) {
            case FILE -> readAll(file, digests, progress);
            case SYMLINK -> {
                byte[] target = LinkTarget.bytesOf(file);
                digests.update(target, 0, target.length);
            }
            case OTHER ->
                throw new StorageException(file + ": not a regular file or symbolic link; only those can be kept");
        }
        FileFacts after = FileFacts.of(file);
        if (!before.equals(after) || digests.sizeBytes() != after.sizeBytes()) {
            throw new SourceChanged(file, before, after);
        }
        PackageDigest whole = digests.finish();
        return new Fingerprint(whole.sizeBytes(), whole.xxHash64(), whole.sha256());
    }

    private static void readAll(Path file, Digests digests, Progress progress) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digests.update(buffer, 0, n);
                progress.advance(n);
            }
        }
    }
}
