package chasqui.preflight;

import chasqui.pipeline.DatabaseTrouble;
import chasqui.pipeline.ThreadsOnDemand;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Runs checks, each in a thread of its own until its limit. Some are under way at once, so that 200 locations leave disks
 * and database to others at a start; one that takes long is not counted, and a thread that hangs on holds up nobody.
 */
final class Trials implements AutoCloseable {
    static final int ABREAST = 16;
    private static final Duration LONG = Duration.ofSeconds(1);

    private final Duration patience;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final ExecutorService threads;
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, Trials::daemon);

    private int abreast;

    Trials() {
        this(LONG);
    }

    /** @param patience a check that takes longer makes way for another, and goes on */
    Trials(Duration patience) {
        this(patience, ThreadsOnDemand.named("preflight"));
    }

    Trials(Duration patience, ExecutorService threads) {
        this.patience = patience;
        this.threads = threads;
        // Limits must count even when no thread can be had any more.
        timer.prestartCoreThread();
    }

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
        synchronized (waiting) {
            waiting.add(() -> run(check, sequel));
        }
        next();
    }

    private void next() {
        while (true) {
            Runnable next;
            synchronized (waiting) {
                next = abreast < ABREAST ? waiting.poll() : null;
                if (next == null) {
                    return;
                }
                abreast++;
            }
            try {
                next.run();
            } catch (RejectedExecutionException closing) {
                return;
            }
        }
    }

    private void run(Check check, Sequel sequel) {
        Runnable leave = onlyOnce(() -> {
            synchronized (waiting) {
                abreast--;
            }
        });
        Runnable makeWay = onlyOnce(() -> {
            leave.run();
            next();
        });
        Runnable free = onlyOnce(sequel::free);
        AtomicBoolean told = new AtomicBoolean();
        Consumer<List<Finding>> once = findings -> {
            if (told.compareAndSet(false, true)) {
                sequel.ended(findings);
            }
        };
        try {
            Future<?> running = threads.submit(() -> {
                try {
                    once.accept(look(check));
                } finally {
                    free.run();
                    makeWay.run();
                }
            });
            timer.schedule(makeWay, patience.toMillis(), TimeUnit.MILLISECONDS);
            timer.schedule(
                    () -> {
                        once.accept(List.of(check.failed("no answer within "
                                + check.limit().toSeconds() + " s: it hangs; look at its mount, host or library")));
                        running.cancel(true);
                    },
                    check.limit().toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (Error noThread) {
            // Whoever comes next may get one. This one is told as failed, so that it is tried again after its pause.
            leave.run();
            try {
                once.accept(
                        List.of(check.failed("could not be tried, this process is short of something: " + noThread)));
            } finally {
                free.run();
            }
        }
    }

    private static Runnable onlyOnce(Runnable task) {
        AtomicBoolean done = new AtomicBoolean();
        return () -> {
            if (done.compareAndSet(false, true)) {
                task.run();
            }
        };
    }

    private static List<Finding> look(Check check) {
        try {
            return check.look().look();
        } catch (Exception | Error failure) {
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
