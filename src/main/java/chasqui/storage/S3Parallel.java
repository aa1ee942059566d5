package chasqui.storage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs requests side by side while the calling thread tells how far they have come. */
final class S3Parallel {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final long TELL_EVERY_MS = 50;
    private static final long END_WITHIN_S = 60;

    private S3Parallel() {}

    /**
     * Returns when all requests succeeded. When one fails, the caller is interrupted or {@code progress} throws, the
     * others are stopped and waited for first.
     *
     * @param told what the requests have sent so far
     */
    static <T> List<T> run(List<Callable<T>> requests, int most, S3Told told, Progress progress) throws IOException {
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(most, requests.size()), work -> {
            Thread thread = new Thread(work, "s3-transfer-" + NUMBER.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<T>> running = new ArrayList<>(requests.size());
            requests.forEach(request -> running.add(pool.submit(request)));
            List<T> results = new ArrayList<>(requests.size());
            for (Future<T> future : running) {
                results.add(await(future, told, progress));
            }
            told.tell(progress);
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw S3Failure.interrupted("sending in parts", e);
        } finally {
            told.end();
            end(pool);
        }
    }

    private static <T> T await(Future<T> future, S3Told told, Progress progress)
            throws IOException, InterruptedException {
        while (true) {
            try {
                return future.get(TELL_EVERY_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                told.tell(progress);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException failure) {
                    throw failure;
                }
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }

    private static void end(ExecutorService pool) {
        pool.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            pool.awaitTermination(END_WITHIN_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
