package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.http.ContentStreamProvider;

/**
 * A stretch of an open file as the body of a request. A repeated request reads it again, but tells only the bytes that
 * no earlier attempt told.
 */
final class S3FileRange implements ContentStreamProvider {
    private final FileChannel file;
    private final long from;
    private final long length;
    private final AtomicLong told;
    private long highest;

    /** @param told is raised by the bytes read, from any thread */
    S3FileRange(FileChannel file, long from, long length, AtomicLong told) {
        this.file = file;
        this.from = from;
        this.length = length;
        this.told = told;
    }

    long length() {
        return length;
    }

    @Override
    public InputStream newStream() {
        return new RangeStream();
    }

    private synchronized void reached(long position) {
        if (position > highest) {
            told.addAndGet(position - highest);
            highest = position;
        }
    }

    private final class RangeStream extends InputStream {
        private long position;

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
            reached(position);
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
