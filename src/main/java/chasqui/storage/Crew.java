package chasqui.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs equal parts of some short work on several threads that live as long as the work. */
final class Crew {
    private Crew() {}

    /** One part of the work. */
    interface Part<T> {
        T run(int index) throws IOException;
    }

    /**
     * The results of parts 0 to count-1, in that order.
     *
     * @param progress told on this thread, with no bytes, of every part that is done
     */
    static <T> List<T> run(String name, int count, Progress progress, Part<T> part) throws IOException {
        int threads = Math.min(count, BlockRing.parallelFillers());
        if (threads <= 1) {
            List<T> results = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                results.add(part.run(i));
                progress.advance(0);
            }
            return results;
        }
        ExecutorService crew = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<T>> parts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int index = i;
                parts.add(crew.submit(() -> part.run(index)));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> done : parts) {
                results.add(done.get());
                progress.advance(0);
            }
            return results;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(stopped);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof IOException io) {
                throw io;
            }
            if (failure.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IOException(failure.getCause());
        } finally {
            crew.shutdownNow();
        }
    }
}
