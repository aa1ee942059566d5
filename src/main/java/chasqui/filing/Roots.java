package chasqui.filing;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Roots of locations as the file system knows them, each asked for in a thread of its own: a disk that hangs holds up
 * nobody who files elsewhere.
 */
final class Roots implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** Then it is asked for again: something may have been mounted there. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final UnaryOperator<Path> asking;
    private final Duration patience;
    private final Map<Path, Root> roots = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "filing roots");
        thread.setDaemon(true);
        return thread;
    });

    Roots() {
        this(Roots::realIfThere, PATIENCE);
    }

    /**
     * @param asking gives the real path of a root, or the same one when there is none
     * @param patience for all roots together; who hangs already is not waited for
     */
    Roots(UnaryOperator<Path> asking, Duration patience) {
        this.asking = asking;
        this.patience = patience;
    }

    /** The real paths of roots; of one that does not answer, the last one known, or itself. */
    Set<Path> real(Collection<Path> declared) {
        Collection<Root> asked = declared.stream()
                .distinct()
                .map(path -> roots.computeIfAbsent(path, Root::new))
                .toList();
        asked.forEach(Root::ask);
        long until = System.nanoTime() + patience.toNanos();
        return asked.stream().map(root -> root.by(until)).collect(Collectors.toUnmodifiableSet());
    }

    private static Path realIfThere(Path root) {
        try {
            return root.toRealPath();
        } catch (IOException absentHere) {
            // A location of another machine, or one that is not mounted: nothing here lies in it.
            return root;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private final class Root {
        private final Path declared;
        private volatile Path real;
        private volatile boolean hangs;
        private volatile Future<?> asked;
        private volatile long answeredNanos;

        Root(Path declared) {
            this.declared = declared;
            this.real = declared;
        }

        synchronized void ask() {
            if (asked == null || (asked.isDone() && System.nanoTime() - answeredNanos > FRESH.toNanos())) {
                asked = threads.submit(() -> {
                    real = asking.apply(declared);
                    answeredNanos = System.nanoTime();
                    hangs = false;
                });
            }
        }

        Path by(long untilNanos) {
            try {
                if (!hangs) {
                    asked.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
                }
            } catch (TimeoutException late) {
                hangs = !asked.isDone();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new ChasquiException(
                        FailureKind.PLATFORM, true, "filing was interrupted; send this again", stopped);
            } catch (ExecutionException failure) {
                throw new IllegalStateException(declared + ": its real path cannot be known", failure.getCause());
            }
            return real;
        }
    }
}
