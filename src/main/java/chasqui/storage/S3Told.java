package chasqui.storage;

import java.io.IOException;
import java.io.InterruptedIOException;

/**
 * Bytes that requests have moved and the caller has not heard of yet. Who is far ahead of the caller waits: so a caller
 * that holds back, for a limit of the rate, holds all of them.
 */
final class S3Told {
    /** What the fastest requests move between two looks of the caller, with room. */
    private static final long FARTHEST_AHEAD = 128L << 20;

    private static final long SHARE = 1L << 20;

    private long pending;
    private boolean over;

    /** Counts bytes; waits while too many are untold. */
    synchronized void add(long bytes) throws IOException {
        pending += bytes;
        while (pending > FARTHEST_AHEAD && !over) {
            try {
                wait();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw (IOException) new InterruptedIOException("interrupted while sending").initCause(stopped);
            }
        }
    }

    /** Tells what is untold now, in shares, so that others go on between them. */
    void tell(Progress progress) {
        long left = pending();
        if (left == 0) {
            progress.advance(0);
        }
        while (left > 0) {
            long share = Math.min(SHARE, left);
            progress.advance(share);
            told(share);
            left -= share;
        }
    }

    /** Nobody listens any more, and nobody waits. */
    synchronized void end() {
        over = true;
        notifyAll();
    }

    private synchronized long pending() {
        return pending;
    }

    private synchronized void told(long bytes) {
        pending -= bytes;
        notifyAll();
    }
}
