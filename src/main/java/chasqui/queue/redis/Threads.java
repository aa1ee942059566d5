package chasqui.queue.redis;

import java.time.Duration;

/** Threads that never keep a process alive. */
final class Threads {
    private Threads() {}

    static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Waits until it has ended by itself; past the limit it is interrupted. */
    static void end(Thread thread, Duration limit) {
        boolean interrupted = Thread.interrupted();
        try {
            thread.join(limit.toMillis());
        } catch (InterruptedException hurry) {
            interrupted = true;
        }
        thread.interrupt();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
