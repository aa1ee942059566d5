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
    private int nextPart;
    private Throwable failure;

    /** Lets one part arrive. */
    @FunctionalInterface
    interface Arrival {
        void arrive(int part, Told told) throws IOException;
    }

    /** Where a part tells how many of its bytes, from its first on, are there. */
    @FunctionalInterface
    interface Told {
        void complete(long bytes);
    }

    /** @param most parts at once */
    Arrivals(String name, int most, int parts, Arrival arrival) {
        completeOf = new long[parts];
        for (int i = 0; i < most && i < parts; i++) {
            Thread thread = new Thread(() -> work(arrival), name + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    /**
     * Waits until more than {@code seen} bytes are complete from the beginning on, or for so long.
     *
     * @param partBytes length of every part but the last
     * @return how many are
     */
    synchronized long completeBehind(long seen, long partBytes, long waitMs) throws IOException {
        long complete = complete(seen, partBytes);
        if (complete <= seen && failure == null) {
            try {
                wait(waitMs);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw (IOException)
                        new InterruptedIOException("interrupted while waiting for bytes").initCause(stopped);
            }
            complete = complete(seen, partBytes);
        }
        rethrow();
        return complete;
    }

    private long complete(long seen, long partBytes) {
        int part = (int) (seen / partBytes);
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

    private synchronized void tell(int part, long bytes) {
        completeOf[part] = bytes;
        notifyAll();
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
