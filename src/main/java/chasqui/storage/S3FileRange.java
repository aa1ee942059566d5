package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import software.amazon.awssdk.http.ContentStreamProvider;

/**
 * A stretch of an open file as the body of a request. A repeated request reads it again, but tells only the bytes that
 * no earlier attempt told.
 */
final class S3FileRange implements ContentStreamProvider {
    private static final int READ_BLOCK = 256 << 10;

    private final FileChannel file;
    private final long from;
    private final long length;
    private final S3Told told;
    private long highest;

    /** @param told is raised by the bytes read, from any thread */
    S3FileRange(FileChannel file, long from, long length, S3Told told) {
        this.file = file;
        this.from = from;
        this.length = length;
        this.told = told;
    }

    long length() {
        return length;
    }

    /** Whether a store's mark of a part is the MD5 of these bytes. A mark of another kind never is. */
    boolean isMd5(String etag) throws IOException {
        MessageDigest md5 = newMd5();
        byte[] block = new byte[READ_BLOCK];
        try (InputStream in = new RangeStream(false)) {
            for (int got = in.read(block); got >= 0; got = in.read(block)) {
                md5.update(block, 0, got);
            }
        }
        return HexFormat.of().formatHex(md5.digest()).equalsIgnoreCase(etag.replace("\"", ""));
    }

    /** Tells all of these bytes as done, without sending them. */
    void skip() throws IOException {
        reached(length);
    }

    private static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has MD5", impossible);
        }
    }

    @Override
    public InputStream newStream() {
        return new RangeStream(true);
    }

    private void reached(long position) throws IOException {
        long more;
        synchronized (this) {
            more = Math.max(0, position - highest);
            highest += more;
        }
        if (more > 0) {
            told.add(more);
        }
    }

    private final class RangeStream extends InputStream {
        private final boolean tells;
        private long position;

        RangeStream(boolean tells) {
            this.tells = tells;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int wanted) throws IOException {
            if (position >= length) {
                return -1;
            }
            int most = (int) Math.min(wanted, length - position);
            int got = file.read(ByteBuffer.wrap(bytes, offset, most), from + position);
            if (got < 0) {
                throw new IOException("the file became shorter while it was sent");
            }
            position += got;
            if (tells) {
                reached(position);
            }
            return got;
        }

        @Override
        public long skip(long wanted) {
            long skipped = Math.max(0, Math.min(wanted, length - position));
            position += skipped;
            return skipped;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, length - position);
        }
    }
}
