package chasqui.filing;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.storage.Progress;
import chasqui.topology.DataLocation;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Threads that read at a location, a few of its own for each: a disk that hangs holds up nobody who files elsewhere. */
final class Readers implements AutoCloseable {
    private static final int EACH = 4;
    private static final int WAITING = 200;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Duration stall;
    private final Map<Long, ThreadPoolExecutor> byLocation = new ConcurrentHashMap<>();

    /** @param stall longest time without a byte */
    Readers(Duration stall) {
        this.stall = stall;
    }

    /**
     * Does something with the files of a location.
     *
     * @throws ChasquiException (location, retryable) nothing moves there; what the work throws
     */
    <T> T at(DataLocation location, Function<Progress, T> work) {
        ThreadPoolExecutor threads = byLocation.computeIfAbsent(location.id(), id -> pool(location));
        AtomicLong moved = new AtomicLong(System.nanoTime());
        Future<T> result;
        try {
            result = threads.submit(() -> {
                moved.set(System.nanoTime());
                return work.apply(bytes -> moved.set(System.nanoTime()));
            });
        } catch (java.util.concurrent.RejectedExecutionException full) {
            throw away(location, "has " + WAITING + " requests waiting");
        }
        try {
            while (true) {
                try {
                    return result.get(1, TimeUnit.SECONDS);
                } catch (TimeoutException notYet) {
                    if (System.nanoTime() - moved.get() > stall.toNanos()) {
                        throw away(location, "has given no byte for " + stall.toSeconds() + " s");
                    }
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new ChasquiException(FailureKind.PLATFORM, true, "filing was interrupted; send this again", stopped);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("reading files failed in an unforeseen way", failure.getCause());
        } finally {
            result.cancel(true);
        }
    }

    private static ChasquiException away(DataLocation location, String why) {
        return new ChasquiException(
                FailureKind.LOCATION, true, location.label() + ": " + why + "; look at its disk, then send this again");
    }

    private static ThreadPoolExecutor pool(DataLocation location) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                EACH, EACH, IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "filing " + location.label());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public void close() {
        byLocation.values().forEach(ThreadPoolExecutor::shutdownNow);
    }
}
