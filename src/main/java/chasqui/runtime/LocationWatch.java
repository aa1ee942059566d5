package chasqui.runtime;

import chasqui.pipeline.DatabaseTrouble;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.Rarely;
import chasqui.pipeline.Recurring;
import chasqui.preflight.Check;
import chasqui.preflight.Finding;
import chasqui.preflight.FindingRows;
import chasqui.preflight.Looked;
import chasqui.preflight.PreflightSettings;
import chasqui.preflight.Preflights;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationPatterns;
import chasqui.topology.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The preflights of this node's data locations while it runs, and what is written down of them. */
final class LocationWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LocationWatch.class);

    /** What answers later is served later. */
    private static final Duration AT_START = Duration.ofSeconds(10);

    private static final Duration TICK = Duration.ofSeconds(5);

    private final Preflights preflights;
    private final FindingRows rows;
    private final LocationPatterns reachable;
    private final ScheduledExecutorService pool;
    private final Object writing = new Object();
    private final Rarely told = new Rarely();
    private final AtomicBoolean coming = new AtomicBoolean();
    private volatile boolean unwritten = true;
    /** Null: none, or the database is away, which others tell. */
    private volatile String trouble;

    private volatile Runnable follow = () -> {};

    /** @param reachable patterns of the data locations that this process can reach */
    LocationWatch(
            Jdbi database,
            NodeIdentity node,
            List<String> reachable,
            Preflights preflights,
            ScheduledExecutorService pool) {
        this.preflights = preflights;
        this.rows = new FindingRows(database, node.name());
        this.reachable = new LocationPatterns(reachable);
        this.pool = pool;
    }

    static LocationWatch of(
            Jdbi database,
            NodeIdentity node,
            ServiceSettings settings,
            Function<DataLocation, List<Check>> checks,
            ScheduledExecutorService pool) {
        PreflightSettings preflight = settings.preflight();
        // The preflights tell the watch, which has them.
        LocationWatch[] watch = new LocationWatch[1];
        Preflights preflights = new Preflights(checks, preflight.retry(), () -> watch[0].changed());
        watch[0] = new LocationWatch(database, node, settings.locations(), preflights, pool);
        return watch[0];
    }

    /** Tries what is new or different in this topology. */
    void follow(Topology topology) {
        preflights.follow(topology.locations().stream()
                .filter(location -> location.active() && reachable.reach(location))
                .toList());
        unwritten = true;
    }

    /**
     * Waits a little for the first answers, and looks again from time to time from now on.
     *
     * @param follow makes the routes those that are allowed; runs on the pool
     */
    void started(Runnable follow) throws InterruptedException {
        if (!preflights.await(AT_START)) {
            log.warn("some data locations have not answered yet; the others are served, they follow when they pass");
        }
        this.follow = follow;
        new Recurring("looking after the preflights", this::tick).every(pool, TICK);
    }

    /** One round sees all that has changed before it, so a second one need not wait behind it. */
    void changed() {
        unwritten = true;
        if (!coming.compareAndSet(false, true)) {
            return;
        }
        try {
            pool.execute(() -> {
                tick();
                follow.run();
            });
        } catch (RejectedExecutionException ending) {
            log.debug("this process ends: what a preflight found is not followed any more");
        } catch (Error noThread) {
            // The next tick writes it, and the topology's next round follows it.
            coming.set(false);
            log.warn("what a preflight found is followed a little later: {}", noThread.toString());
        }
    }

    /** What was written of this node is gone: the next tick writes it again. */
    void forgotten() {
        unwritten = true;
    }

    private void tick() {
        // Two that write at once could leave the rows of the one that looked first.
        synchronized (writing) {
            coming.set(false);
            write();
        }
    }

    private void write() {
        try {
            preflights.retryDue();
            if (unwritten) {
                unwritten = false;
                rows.write(preflights.looked());
                told.over();
            }
            trouble = null;
        } catch (RuntimeException | Error failure) {
            unwritten = true;
            trouble = DatabaseTrouble.in(failure)
                    ? null
                    : "the preflights cannot be looked after now, tried again: " + failure;
            if (told.now()) {
                log.warn("what preflights found cannot be written now, tried again: {}", failure.toString());
            }
        }
    }

    Preflights preflights() {
        return preflights;
    }

    /** What keeps work away, one sentence each; empty: nothing. */
    List<String> problems() {
        List<String> problems =
                new ArrayList<>(sentences(finding -> !finding.stops().isEmpty()));
        Optional.ofNullable(trouble).ifPresent(problems::add);
        return problems;
    }

    /** What keeps no work away, in the same form. */
    List<String> told() {
        return sentences(finding -> finding.stops().isEmpty());
    }

    private List<String> sentences(Predicate<Finding> which) {
        return preflights.looked().stream()
                .flatMap(looked -> looked.findings().stream().filter(which).map(finding -> says(looked, finding)))
                .toList();
    }

    private static String says(Looked looked, Finding finding) {
        return looked.location() + ": " + finding.check() + ": " + finding.reason();
    }

    @Override
    public void close() {
        preflights.close();
    }
}
