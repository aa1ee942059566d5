package chasqui.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue that this process serves: so many workers, of which some are free. Threads are taken when there is work and
 * given back after it, so that an idle queue costs none.
 */
public final class ServedQueue {
    private static final Logger log = LoggerFactory.getLogger(ServedQueue.class);

    private final String name;
    private final Executor threads;
    private final Runnable freed;
    private final Queue<Hint> waiting = new ArrayDeque<>();
    /** It, and how much it may get, may be others when the queue was left and is served anew. */
    private volatile Consumer<String> worker;

    private int workers;
    private int longest;
    private int busy;
    private boolean open = true;

    /** Of a transport that gives out no more hints than there are free workers. */
    public ServedQueue(String name, int workers, Executor threads, Consumer<String> worker, Runnable freed) {
        this(name, workers, workers, threads, worker, freed);
    }

    /**
     * @param workers hints worked on at the same time, 1 or more
     * @param longest hints that wait for a worker at most, the number of workers or more
     * @param worker told each hint; what it throws ends there
     * @param freed told when a worker became free
     */
    ServedQueue(String name, int workers, int longest, Executor threads, Consumer<String> worker, Runnable freed) {
        this.name = name;
        this.workers = workers;
        this.longest = longest;
        this.threads = threads;
        this.worker = worker;
        this.freed = freed;
    }

    String name() {
        return name;
    }

    /** How many more hints are welcome: those that a worker starts on at once. */
    public synchronized int free() {
        return open ? Math.max(0, workers - busy) : 0;
    }

    /** How many hints wait for a worker. */
    synchronized int waiting() {
        return waiting.size();
    }

    /**
     * Wakes a worker. Are all busy, the hint waits for the first of them; more than so many are dropped, because each
     * worker looks for itself.
     */
    public void wake(Hint hint) {
        boolean start = false;
        boolean drop = false;
        synchronized (this) {
            if (open && busy < workers) {
                busy++;
                start = true;
            } else if (open && waiting.size() < longest) {
                waiting.add(hint);
            } else {
                drop = true;
            }
        }
        if (start) {
            begin(hint);
        } else if (drop) {
            hint.answer();
        }
    }

    /**
     * A reason to look that arose here. From a worker of this queue it makes that one go on; from outside it wakes a free
     * one, and is dropped when there is none.
     */
    public void look() {
        Hint inHand = Hint.inHand();
        if (inHand != null && inHand.queue() == this) {
            synchronized (this) {
                if (open && waiting.size() < workers) {
                    waiting.add(Hint.look(this));
                }
            }
        } else if (free() > 0) {
            wake(Hint.look(this));
        }
    }

    private void begin(Hint first) {
        try {
            threads.execute(() -> work(first));
        } catch (RejectedExecutionException closing) {
            notBegun(first);
        } catch (Error noThread) {
            notBegun(first);
            throw noThread;
        }
    }

    /** The worker is free again; with none at work, nobody comes for the hints that wait. Work is found by looking. */
    private void notBegun(Hint first) {
        List<Hint> unheard = new ArrayList<>(List.of(first));
        synchronized (this) {
            busy--;
            if (busy == 0) {
                unheard.addAll(waiting);
                waiting.clear();
            }
        }
        unheard.forEach(Hint::answer);
    }

    private void work(Hint first) {
        Hint hint = first;
        while (hint != null) {
            try {
                hint.work(worker);
            } catch (RuntimeException | Error failure) {
                log.error(
                        "queue {}: a worker failed outside of its work; it goes on with the next hint", name, failure);
            }
            hint = next();
        }
    }

    private Hint next() {
        synchronized (this) {
            Hint next = open ? waiting.poll() : null;
            if (next != null) {
                return next;
            }
            busy--;
        }
        freed.run();
        return null;
    }

    /** After {@link #close}: workers that are still at it count. */
    synchronized void openAs(ServedQueue other) {
        worker = other.worker;
        workers = other.workers;
        longest = other.longest;
        open = true;
    }

    synchronized boolean isBusy() {
        return busy > 0;
    }

    /** No new work from here on; what runs goes on. */
    public void close() {
        Queue<Hint> left;
        synchronized (this) {
            open = false;
            left = new ArrayDeque<>(waiting);
            waiting.clear();
        }
        left.forEach(Hint::answer);
    }
}
