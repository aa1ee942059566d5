package chasqui.preflight;

import chasqui.pipeline.DatabaseTrouble;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Runs checks, each in a thread of its own until its limit; a thread that hangs on holds up nobody. */
final class Trials implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool(Trials::daemon);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Trials::daemon);

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "preflight");
        thread.setDaemon(true);
        return thread;
    }

    /** What becomes of one try. */
    interface Sequel {
        /** It ended, or its limit has passed; null: nothing can be said, because the database could not be asked. */
        void ended(List<Finding> findings);

        /** Its thread is free again: until then there is no other try. */
        void free();
    }

    void begin(Check check, Sequel sequel) {
        AtomicBoolean told = new AtomicBoolean();
        Consumer<List<Finding>> once = findings -> {
            if (told.compareAndSet(false, true)) {
                sequel.ended(findings);
            }
        };
        Future<?> running = threads.submit(() -> {
            try {
                once.accept(look(check));
            } finally {
                sequel.free();
            }
        });
        timer.schedule(
                () -> {
                    once.accept(List.of(check.failed("no answer within "
                            + check.limit().toSeconds() + " s: it hangs; look at its mount, host or library")));
                    running.cancel(true);
                },
                check.limit().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static List<Finding> look(Check check) {
        try {
            return check.look().look();
        } catch (Exception failure) {
            if (DatabaseTrouble.in(failure)) {
                return null;
            }
            String says = failure.getMessage() == null ? failure.toString() : failure.getMessage();
            return List.of(check.failed(says));
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        threads.shutdownNow();
    }
}
