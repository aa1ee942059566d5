package chasqui.pipeline;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads for what may hang: as many as there are tasks, gone soon after, and none keeps a process alive. */
public final class ThreadsOnDemand {
    private static final int IDLE_SECONDS = 3;

    private ThreadsOnDemand() {}

    /** @param name of every thread */
    public static ExecutorService named(String name) {
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
