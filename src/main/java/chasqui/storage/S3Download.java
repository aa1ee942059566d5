package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Bytes of an object: ends where the object ends or fails, and is dropped, not read to its end, when closed early. A
 * connection that breaks is made anew at the byte it came to, for as long as bytes come in between.
 */
public final class S3Download extends InputStream {
    /** Broken connections in a row without a byte between them. */
    private static final int MOST_BREAKS = 4;

    private static final long FIRST_PAUSE_MS = 250;
    private static final int SKIP_BYTES = 8192;

    private final Opener opener;
    private final S3Store store;
    private final String what;
    private ResponseInputStream<GetObjectResponse> body;
    private final String etag;
    private long left;
    private long position;
    private int breaks;

    /** Opens the bytes from an offset on, of the version with this mark; null: of whatever there is. */
    @FunctionalInterface
    interface Opener {
        ResponseInputStream<GetObjectResponse> open(long offset, String etag) throws S3Failure;
    }

    /** @throws S3Failure the object cannot be opened */
    S3Download(S3Store store, String what, Opener opener) throws S3Failure {
        this.store = store;
        this.what = what;
        this.opener = opener;
        this.body = opener.open(0, null);
        this.etag = body.response().eTag();
        this.left = body.response().contentLength();
    }

    /** The store's own mark of the version that is read. */
    public String etag() {
        return etag;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        while (true) {
            try {
                int got = body.read(bytes, offset, length);
                if (got < 0 && left > 0) {
                    throw new IOException("it ended " + left + " bytes too early");
                }
                if (got > 0) {
                    position += got;
                    left -= got;
                    breaks = 0;
                }
                return got;
            } catch (AbortedException stopped) {
                throw (IOException) new InterruptedIOException("interrupted while reading").initCause(stopped);
            } catch (SdkException e) {
                again(store.failure(what, e));
            } catch (InterruptedIOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                again(store.failure(what, e));
            } catch (IOException e) {
                again(store.failure(what, e));
            }
        }
    }

    /** Goes on behind the last byte that came, on a new connection. */
    private void again(S3Failure broke) throws IOException {
        if (++breaks > MOST_BREAKS || left <= 0) {
            throw broke;
        }
        body.abort();
        try {
            TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE_MS << breaks);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while reading").initCause(e);
        }
        body = opener.open(position, etag);
        if (body.response().contentLength() != left) {
            body.abort();
            throw new S3Failure(
                    "%s: after the connection broke, the store had %d bytes to come instead of %d"
                            .formatted(what, body.response().contentLength(), left),
                    200,
                    "RangeDiffers",
                    true,
                    broke);
        }
    }

    @Override
    public long skip(long wanted) throws IOException {
        byte[] dropped = new byte[(int) Math.min(SKIP_BYTES, Math.max(1, wanted))];
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
