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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Threads that read at a location, a few of its own for each: a disk that hangs holds up nobody who files elsewhere, and
 * who files there is told at once when all of them hang.
 */
final class Readers implements AutoCloseable {
    static final int EACH = 4;
    /** So many are in at a location, at work or waiting: they hold up who asks for another one. */
    static final int PLACES = 8;
    /** So long who finds no place waits for one, and so long who has not begun waits while nothing moves. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 200;

    private final Duration stall;
    private final Duration patience;
    private final Map<Long, Crew> byLocation = new ConcurrentHashMap<>();

    /**
     * @param places for who asks
     * @param movedNanos when a byte was last read there, or work begun
     * @param stuck work that was given up and has not come back
     */
    private record Crew(ThreadPoolExecutor threads, Semaphore places, AtomicLong movedNanos, AtomicInteger stuck) {
        boolean hangs(Duration patience) {
            return threads.getActiveCount() == EACH && since(movedNanos.get()) > patience.toNanos();
        }
    }

    /** One piece of work: either it ends, or it is given up. */
    private static final class Piece {
        private final AtomicLong movedNanos = new AtomicLong();
        private final AtomicInteger moves = new AtomicInteger();
        private final AtomicBoolean over = new AtomicBoolean();

        void moved() {
            movedNanos.set(System.nanoTime());
            moves.incrementAndGet();
        }

        boolean hasBegun() {
            return moves.get() > 0;
        }

        /** Nothing came of it since it began. */
        boolean isFruitless() {
            return moves.get() == 1;
        }
    }

    /** @param stall longest time without a byte */
    Readers(Duration stall) {
        this(stall, stall.compareTo(PATIENCE) < 0 ? stall : PATIENCE);
    }

    /** @param patience the same for who has not begun */
    Readers(Duration stall, Duration patience) {
        this.stall = stall;
        this.patience = patience;
    }

    /**
     * Does something with the files of a location.
     *
     * @throws ChasquiException (location, retryable) nothing moves there; what the work throws
     */
    <T> T at(DataLocation location, Function<Progress, T> work) {
        Crew crew = byLocation.computeIfAbsent(location.id(), id -> crew(location));
        if (crew.hangs(patience)) {
            throw away(location, "its disk hangs");
        }
        enter(location, crew);
        try {
            return at(location, crew, work);
        } finally {
            crew.places().release();
        }
    }

    private void enter(DataLocation location, Crew crew) {
        try {
            if (!crew.places().tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw away(location, PLACES + " requests are being read or wait there");
            }
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    private <T> T at(DataLocation location, Crew crew, Function<Progress, T> work) {
        Piece piece = new Piece();
        Future<T> result;
        try {
            result = crew.threads().submit(() -> {
                Progress moves = bytes -> {
                    piece.moved();
                    crew.movedNanos().set(System.nanoTime());
                };
                moves.advance(0);
                try {
                    return work.apply(moves);
                } finally {
                    if (!piece.over.compareAndSet(false, true)) {
                        crew.stuck().decrementAndGet();
                    }
                }
            });
        } catch (RejectedExecutionException closed) {
            throw new ChasquiException(FailureKind.PLATFORM, true, "filing stops; send this again", closed);
        }
        try {
            return await(location, result, crew, piece);
        } finally {
            result.cancel(true);
            crew.threads().purge();
        }
    }

    private <T> T await(DataLocation location, Future<T> result, Crew crew, Piece piece) {
        long asked = System.nanoTime();
        while (true) {
            try {
                return result.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                // Who has not begun waits as long as others get on.
                if (!piece.hasBegun()
                        && Math.min(since(asked), since(crew.movedNanos().get())) > patience.toNanos()) {
                    throw away(location, "its disk hangs");
                }
                Duration most = most(piece, crew);
                if (piece.hasBegun() && since(piece.movedNanos.get()) > most.toNanos()) {
                    giveUp(piece, crew);
                    throw away(
                            location,
                            most.equals(stall) ? "no byte came for " + stall.toSeconds() + " s" : "its disk hangs");
                }
            } catch (InterruptedException stopped) {
                throw interrupted(stopped);
            } catch (ExecutionException failure) {
                if (failure.getCause() instanceof RuntimeException known) {
                    throw known;
                }
                throw new IllegalStateException("reading files failed in an unforeseen way", failure.getCause());
            }
        }
    }

    /** Who comes where others got stuck need not find out for as long as they did. */
    private Duration most(Piece piece, Crew crew) {
        return crew.stuck().get() > 0 && piece.isFruitless() ? patience : stall;
    }

    private static void giveUp(Piece piece, Crew crew) {
        if (piece.over.compareAndSet(false, true)) {
            crew.stuck().incrementAndGet();
        }
    }

    private static long since(long nanos) {
        return System.nanoTime() - nanos;
    }

    private static ChasquiException interrupted(InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return new ChasquiException(FailureKind.PLATFORM, true, "filing was interrupted; send this again", stopped);
    }

    private static ChasquiException away(DataLocation location, String why) {
        return new ChasquiException(
                FailureKind.LOCATION, true, location.label() + ": " + why + "; look at its disk, then send this again");
    }

    private static Crew crew(DataLocation location) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                EACH, EACH, IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "filing " + location.label());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return new Crew(pool, new Semaphore(PLACES, true), new AtomicLong(System.nanoTime()), new AtomicInteger());
    }

    @Override
    public void close() {
        byLocation.values().forEach(crew -> crew.threads().shutdownNow());
    }
}
