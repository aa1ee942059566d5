package chasqui.runtime;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A task that several threads ask for, and that runs once at a time. Who asks while it runs does not wait: the one who
 * runs it runs it once more, for all of them. So a task that hangs holds one thread, however many ask.
 */
final class OneAtATime implements Runnable {
    private final Runnable task;
    private final ReentrantLock running = new ReentrantLock();
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile boolean closed;

    /** @param task looks at {@link #closed} where it may have waited long */
    OneAtATime(Runnable task) {
        this.task = task;
    }

    @Override
    public void run() {
        asked.set(true);
        // Who asks after the last look at it, and before the lock is free, is seen by this loop.
        while (!closed && asked.get() && running.tryLock()) {
            try {
                if (!closed && asked.getAndSet(false)) {
                    task.run();
                }
            } finally {
                running.unlock();
            }
        }
    }

    boolean closed() {
        return closed;
    }

    /**
     * The task does not begin again.
     *
     * @param limit how long to wait for the end of the one under way
     * @return whether it has ended
     */
    boolean close(Duration limit) {
        closed = true;
        try {
            boolean ended = running.tryLock(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (ended) {
                running.unlock();
            }
            return ended;
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
