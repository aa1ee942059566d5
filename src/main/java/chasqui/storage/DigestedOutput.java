package chasqui.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;

/** Writes into a file and takes all digests on the way. Wants a buffer before it. */
final class DigestedOutput extends OutputStream {
    private final FileChannel file;
    private final Digests.XxHash64 xxHash64 = new Digests.XxHash64();
    private final MessageDigest sha256 = Digests.newSha256();

    DigestedOutput(FileChannel file) {
        this.file = file;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        xxHash64.update(bytes, offset, length);
        sha256.update(bytes, offset, length);
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
    }

    /** Of all that was written; may be called once. */
    PackageDigest digest() {
        return new PackageDigest(xxHash64.sizeBytes(), xxHash64.checksum(), Checksum.sha256(sha256.digest()));
    }
}
