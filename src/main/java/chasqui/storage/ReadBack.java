package chasqui.storage;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads a file back after it was written, to prove what the device holds. */
public final class ReadBack {
    private static final int BUFFER_BYTES = 1 << 20;

    private ReadBack() {}

    /**
     * Reads a file with O_DIRECT where its file system has it, else through the cache, and says which.
     *
     * @param progress told the bytes read
     * @throws SourceChanged it was written to or replaced meanwhile
     */
    public static ReadBackResult read(Path file, boolean withSha256, Progress progress) throws IOException {
        FileFacts before = FileFacts.of(file);
        ReadBackResult result = readOnce(file, withSha256, progress);
        FileFacts after = FileFacts.of(file);
        if (!before.equals(after) || result.sizeBytes() != after.sizeBytes()) {
            throw new SourceChanged(file, before, after);
        }
        return result;
    }

    private static ReadBackResult readOnce(Path file, boolean withSha256, Progress progress) throws IOException {
        int alignment = Math.toIntExact(Files.getFileStore(file).getBlockSize());
        try (FileChannel direct =
                FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS, ExtendedOpenOption.DIRECT)) {
            return readAll(direct, alignment, withSha256, progress, ReadBackResult.Mode.DIRECT);
        } catch (UnsupportedOperationException | IOException notDirect) {
            if (notDirect instanceof IOException failure && !refusesDirect(failure)) {
                throw failure;
            }
        }
        try (FileChannel cached = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            return readAll(cached, 1, withSha256, progress, ReadBackResult.Mode.CACHED);
        }
    }

    private static boolean refusesDirect(IOException failure) {
        return StorageFull.reason(failure).contains("Invalid argument");
    }

    private static ReadBackResult readAll(
            FileChannel file, int alignment, boolean withSha256, Progress progress, ReadBackResult.Mode mode)
            throws IOException {
        Digests digests = new Digests(withSha256);
        ByteBuffer aligned =
                ByteBuffer.allocateDirect(BUFFER_BYTES + alignment - 1).alignedSlice(alignment);
        byte[] bytes = new byte[BUFFER_BYTES];
        for (int n = file.read(aligned); n >= 0; n = file.read(aligned)) {
            aligned.flip().get(bytes, 0, n);
            aligned.clear();
            digests.update(bytes, 0, n);
            progress.advance(n);
        }
        PackageDigest whole = digests.finish();
        return new ReadBackResult(whole.sizeBytes(), whole.xxHash64(), whole.sha256(), mode);
    }
}
