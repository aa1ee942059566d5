package chasqui.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Bytes on their way through a ring of reused blocks: some threads fill blocks, each step sees every block in order on
 * a thread of its own, and the caller, who is the last step, takes them with {@link #next}.
 *
 * <p>The first failure anywhere ends all of it and reaches the caller. The caller can always be interrupted, even while
 * a thread of the ring hangs in the kernel.
 */
final class BlockRing implements AutoCloseable {
    private static final long END_SECONDS = 10;

    private final Slab slab = Slab.take();
    private final ByteBuffer[] blocks = slab.blocks();
    private final int[] lengths = new int[blocks.length];
    /** Which block of the stream lies in each slot, and how many steps have yet to see it. */
    private final long[] holds = new long[blocks.length];

    private final int[] pending = new int[blocks.length];
    private final List<Thread> threads = new ArrayList<>();
    private final int readers;
    private long nextToFill;
    private long nextToTake;
    private boolean taken;
    private long end = Long.MAX_VALUE;
    private int running;
    private Throwable failure;

    /** Puts bytes into a block. Called by several threads at once for different blocks. */
    interface Filler {
        /**
         * @param index which block of the stream, from 0
         * @param block an empty block; only the stream's last one may be left partly filled
         * @return how many bytes it now holds, or -1 when the stream has no such block
         */
        int fill(long index, ByteBuffer block) throws IOException;
    }

    /** Sees every block once, in order. */
    interface Step {
        void take(long index, ByteBuffer block) throws IOException;
    }

    private BlockRing(int steps) {
        readers = steps + 1;
        java.util.Arrays.fill(holds, -1);
    }

    /**
     * @param name for the threads
     * @param fillers how many threads fill; 1 where a block can only be filled after the one before
     */
    static BlockRing start(String name, int fillers, Filler filler, Step... steps) {
        BlockRing ring = new BlockRing(steps.length);
        for (int i = 0; i < fillers; i++) {
            ring.thread(name + "-fill-" + i, () -> ring.fillAll(filler));
        }
        for (Step step : steps) {
            ring.thread(name + "-step", () -> ring.stepThrough(step));
        }
        ring.running = ring.threads.size();
        ring.threads.forEach(Thread::start);
        return ring;
    }

    /** As many fillers as help on this machine when blocks can be filled in any order. */
    static int parallelFillers() {
        return Math.max(1, Math.min(3, Runtime.getRuntime().availableProcessors() - 1));
    }

    /**
     * The next block, to be read until the next call; null when there are no more and every step is through.
     *
     * @throws IOException a thread of this ring failed, or the caller was interrupted
     */
    ByteBuffer next() throws IOException {
        try {
            if (taken) {
                taken = false;
                release(nextToTake++);
            }
            ByteBuffer block = awaitFilled(nextToTake);
            if (block == null) {
                awaitAll();
            }
            taken = block != null;
            return block;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while waiting for bytes").initCause(stopped);
        }
    }

    /** Ends all threads. The memory is used again only if they really ended. */
    @Override
    public void close() {
        synchronized (this) {
            if (running > 0 && failure == null) {
                failure = new InterruptedIOException("closed before the end");
            }
            notifyAll();
        }
        boolean interrupted = Thread.interrupted();
        threads.forEach(Thread::interrupt);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
        boolean ended = true;
        for (Thread thread : threads) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            } catch (InterruptedException again) {
                interrupted = true;
            }
            ended &= !thread.isAlive();
        }
        if (ended) {
            slab.giveBack();
        } else {
            slab.abandon();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void thread(String name, Loop loop) {
        Thread thread = new Thread(
                () -> {
                    try {
                        loop.run();
                    } catch (Throwable broken) {
                        fail(broken);
                    } finally {
                        synchronized (this) {
                            running--;
                            notifyAll();
                        }
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
    }

    private interface Loop {
        void run() throws IOException, InterruptedException;
    }

    private void fillAll(Filler filler) throws IOException, InterruptedException {
        for (long index = claim(); index >= 0; index = claim()) {
            int slot = slot(index);
            int length = filler.fill(index, blocks[slot].clear());
            synchronized (this) {
                if (length < 0) {
                    end = Math.min(end, index);
                } else {
                    lengths[slot] = length;
                    pending[slot] = readers;
                    holds[slot] = index;
                }
                notifyAll();
            }
        }
    }

    /** The next block to fill, once its slot is free; -1 when there is none. */
    private synchronized long claim() throws InterruptedException {
        if (nextToFill >= end) {
            return -1;
        }
        long index = nextToFill++;
        int slot = slot(index);
        // The slot's last content must have been seen by all; and before that, must have come.
        while (failure == null
                && index < end
                && (pending[slot] > 0 || (index >= blocks.length && holds[slot] != index - blocks.length))) {
            wait();
        }
        return failure != null || index >= end ? -1 : index;
    }

    private void stepThrough(Step step) throws IOException, InterruptedException {
        long index = 0;
        for (ByteBuffer block = awaitFilled(0); block != null; block = awaitFilled(++index)) {
            step.take(index, block);
            release(index);
        }
    }

    private synchronized ByteBuffer awaitFilled(long index) throws IOException, InterruptedException {
        int slot = slot(index);
        while (failure == null && index < end && holds[slot] != index) {
            wait();
        }
        rethrow();
        if (index >= end) {
            return null;
        }
        return blocks[slot].duplicate().clear().limit(lengths[slot]).order(ByteOrder.LITTLE_ENDIAN);
    }

    private synchronized void release(long index) {
        if (--pending[slot(index)] == 0) {
            notifyAll();
        }
    }

    private synchronized void awaitAll() throws IOException, InterruptedException {
        while (failure == null && running > 0) {
            wait();
        }
        rethrow();
    }

    private synchronized void fail(Throwable broken) {
        if (failure == null) {
            failure = broken;
        }
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
        if (failure != null) {
            throw new IOException(failure);
        }
    }

    private int slot(long index) {
        return (int) (index % blocks.length);
    }
}
