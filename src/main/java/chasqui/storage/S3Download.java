package chasqui.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;

/** Bytes of an object: ends where the object ends or fails, and is dropped, not read to its end, when closed early. */
final class S3Download extends FilterInputStream {
    private final ResponseInputStream<?> body;
    private final String what;
    private long left;

    S3Download(ResponseInputStream<?> body, long length, String what) {
        super(body);
        this.body = body;
        this.left = length;
        this.what = what;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            int got = body.read(bytes, offset, length);
            if (got < 0 && left > 0) {
                throw new IOException("it ended " + left + " bytes too early");
            }
            left -= Math.max(0, got);
            return got;
        } catch (SdkException e) {
            throw S3Failure.of(what, e);
        } catch (IOException e) {
            throw S3Failure.of(what, e);
        }
    }

    @Override
    public long skip(long wanted) throws IOException {
        byte[] dropped = new byte[(int) Math.min(8192, Math.max(1, wanted))];
        long skipped = 0;
        while (skipped < wanted) {
            int got = read(dropped, 0, (int) Math.min(dropped.length, wanted - skipped));
            if (got < 0) {
                break;
            }
            skipped += got;
        }
        return skipped;
    }

    @Override
    public void close() throws IOException {
        if (left > 0) {
            body.abort();
        } else {
            body.close();
        }
    }
}
