package chasqui.storage;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Size and both digests of a file, taken in one read pass. */
public record Fingerprint(long sizeBytes, Checksum xxHash64, Checksum sha256) {
    /**
     * Reads a file once; of a symbolic link, the bytes of its target, never what it points to.
     *
     * @throws SourceChanged it was written to or replaced meanwhile
     * @throws StorageException it is neither a file nor a symbolic link
     */
    public static Fingerprint take(Path file, Progress progress) throws IOException {
        FileFacts before = FileFacts.of(file);
        return switch (before.kind()) {
            case FILE -> {
                PackageDigest whole = new FilePass(file, before, true)
                        .run(null, progress, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
                yield new Fingerprint(whole.sizeBytes(), whole.xxHash64(), whole.sha256());
            }
            case SYMLINK -> ofTarget(file, before);
            case OTHER ->
                throw new StorageException(file + ": not a regular file or symbolic link; only those can be kept");
        };
    }

    private static Fingerprint ofTarget(Path link, FileFacts before) throws IOException {
        byte[] target = LinkTarget.bytesOf(link);
        FileFacts after = FileFacts.of(link);
        if (!before.equals(after)) {
            throw new SourceChanged(link, before, after);
        }
        Checksum sha256 = Checksum.sha256(Digests.newSha256().digest(target));
        return new Fingerprint(target.length, Digests.xxHash64Of(target), sha256);
    }
}
