package chasqui.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Parts that arrive side by side, begun in order, and how far all of it is complete from the beginning on. */
final class Arrivals implements AutoCloseable {
    private static final long END_SECONDS = 60;

    private final List<Thread> threads = new ArrayList<>();
    private final long[] completeOf;
    private final long partBytes;
    /** Who is so far ahead of the caller waits; the first part never is. */
    private final long farthestAhead;

    private long seen;
    private int nextPart;
    private Throwable failure;
    private boolean closed;

    /** Lets one part arrive. */
    @FunctionalInterface
    interface Arrival {
        void arrive(int part, Told told) throws IOException;
    }

    /** Where a part tells how many of its bytes, from its first on, are there. */
    @FunctionalInterface
    interface Told {
        void complete(long bytes) throws IOException;
    }

    /**
     * @param most parts at once
     * @param partBytes length of every part but the last
     */
    Arrivals(String name, int most, int parts, long partBytes, Arrival arrival) {
        this.completeOf = new long[parts];
        this.partBytes = partBytes;
        this.farthestAhead = (most + 1) * partBytes;
        for (int i = 0; i < most && i < parts; i++) {
            Thread thread = new Thread(() -> work(arrival), name + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    /**
     * Waits until more than {@code done} bytes are complete from the beginning on, or for so long.
     *
     * @param done how many the caller has dealt with
     * @return how many are
     */
    synchronized long completeBehind(long done, long waitMs) throws IOException {
        seen(done);
        long complete = complete(done);
        if (complete <= done && failure == null) {
            try {
                wait(waitMs);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw (IOException)
                        new InterruptedIOException("interrupted while waiting for bytes").initCause(stopped);
            }
            complete = complete(done);
        }
        rethrow();
        return complete;
    }

    /** Tells what the caller has dealt with meanwhile. */
    synchronized void seen(long done) {
        seen = done;
        notifyAll();
    }

    private long complete(long done) {
        int part = (int) (done / partBytes);
        while (part < completeOf.length && completeOf[part] == partBytes) {
            part++;
        }
        return part * partBytes + (part < completeOf.length ? completeOf[part] : 0);
    }

    private void work(Arrival arrival) {
        try {
            for (int part = claim(); part >= 0; part = claim()) {
                int mine = part;
                arrival.arrive(mine, bytes -> tell(mine, bytes));
            }
        } catch (IOException | RuntimeException | Error broken) {
            synchronized (this) {
                if (failure == null) {
                    failure = broken;
                }
                notifyAll();
            }
        }
    }

    private synchronized int claim() {
        return failure != null || nextPart >= completeOf.length ? -1 : nextPart++;
    }

    private synchronized void tell(int part, long bytes) throws IOException {
        completeOf[part] = bytes;
        notifyAll();
        while (part * partBytes + bytes > seen + farthestAhead && failure == null && !closed) {
            try {
                wait();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw (IOException) new InterruptedIOException("interrupted between bytes").initCause(stopped);
            }
        }
    }

    private void rethrow() throws IOException {
        if (failure instanceof IOException io) {
            throw io;
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    /** Stops what still arrives, and waits for it. */
    @Override
    public void close() {
        synchronized (this) {
            nextPart = completeOf.length;
            closed = true;
            notifyAll();
        }
        boolean interrupted = Thread.interrupted();
        threads.forEach(Thread::interrupt);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
        for (Thread thread : threads) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
