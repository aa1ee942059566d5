package chasqui.pipeline;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this process's leases alive: one statement per beat for all of them. Work that shows no progress is not renewed
 * but ended here, before the monitor puts it back. What ended late is recorded beside the beat.
 */
public final class LeaseRenewer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaseRenewer.class);

    /** The node's own beat rides on this one, and others take a node that is silent for three of them to be gone. */
    private static final Duration SLOWEST_BEAT = Duration.ofSeconds(10);

    private final OperationStore store;
    private final Jdbi database;
    private final Beat told;
    private final Rarely silent = new Rarely();
    private final ScheduledExecutorService beat;
    private final ScheduledExecutorService late;

    /** Who hears of each beat. */
    public interface Beat {
        /** It reached the database. */
        void renewed();

        /** It did not, or what follows it failed. */
        default void failed(RuntimeException why) {}
    }

    public LeaseRenewer(OperationStore store, Beat told) {
        this(store, null, told);
    }

    /** @param database for renewals, apart from what the work uses and with short limits; null: as the store has it */
    public LeaseRenewer(OperationStore store, Jdbi database, Beat told) {
        this.store = store;
        this.database = database;
        this.told = told;
        this.beat = thread("lease-renewer");
        this.late = thread("late-results");
        Duration pause = store.renewEvery().compareTo(SLOWEST_BEAT) < 0 ? store.renewEvery() : SLOWEST_BEAT;
        new Recurring("renewing leases", this::renew).inStep(beat, pause);
        new Recurring("recording what ended late", this::recordLate).after(late, pause, pause);
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** One beat; public so that a test need not wait for the clock. */
    public void renewAll() {
        renew();
        recordLate();
    }

    private void renew() {
        try {
            renewHeld();
            told.renewed();
            if (silent.over()) {
                log.info("leases are renewed again");
            }
        } catch (RuntimeException | Error unreachable) {
            // The work goes on: only the database decides when a lease ends, and the next beat asks again.
            if (silent.now()) {
                log.warn(
                        "cannot renew {} leases now, trying again at every beat: {}",
                        store.held().size(),
                        unreachable.toString());
            }
            // What waits for the database makes no progress, and has not stalled.
            store.held().forEach(Lease::excuse);
            told.failed(unreachable instanceof RuntimeException known ? known : new IllegalStateException(unreachable));
        }
    }

    private void renewHeld() {
        List<Lease> alive = store.held().stream().filter(this::isAlive).toList();
        // What ended and could not be recorded is ours until it is.
        List<Lease> all = Stream.concat(alive.stream(), store.unrecorded().stream())
                .distinct()
                .toList();
        Set<UUID> ours = new HashSet<>(renew(all));
        for (Lease lease : alive) {
            if (!ours.contains(lease.token())
                    && store.held().contains(lease)
                    && lease.lose("put back, cancelled or finished by another")) {
                log.warn("{}: no longer ours; its work is ended", lease);
            }
        }
    }

    /** Beside the renewals, and on the connections of the work: when those are dead, or results many, this takes long. */
    private void recordLate() {
        try {
            store.recordLate();
        } catch (RuntimeException | Error unreachable) {
            log.debug("what ended late cannot be recorded yet", unreachable);
        }
    }

    private List<UUID> renew(List<Lease> alive) {
        return database == null ? store.renew(alive) : database.withHandle(db -> store.renew(db, alive));
    }

    private boolean isAlive(Lease lease) {
        if (lease.isLost()) {
            return false;
        }
        if (lease.isStalled()) {
            log.warn("{}: no progress in phase \"{}\"; its work is ended", lease, lease.phase());
            lease.stall();
            return false;
        }
        return true;
    }

    @Override
    public void close() {
        beat.shutdownNow();
        late.shutdownNow();
    }
}
