package chasqui.runtime;

import chasqui.pipeline.DatabaseTrouble;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import chasqui.topology.StoredTopology;
import chasqui.topology.Topology;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the topology while the process runs: a location that was added gets its worker routes, one that was switched
 * off loses them. While the database is away, everything goes on with the last good topology.
 */
final class TopologyWatch implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TopologyWatch.class);

    /** What was edited is to be served within 10 s; a round costs one row as long as nothing was. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

    /** A round waits for the database and for routes that stop; what takes longer hangs. */
    private static final Duration LONGEST_END = Duration.ofSeconds(30);

    private static final int MOST_NAMED = 20;

    private final Foundation foundation;
    private final Locations locations;
    private final Optional<WorkerRoutes> workers;
    private final LocationWatch preflights;
    private final Consumer<List<DataLocation>> onServed;
    private final Runnable completed;
    private final StoredTopology stored;
    private final OneAtATime rounds = new OneAtATime(this::round);
    /** Null before the first round. */
    private List<Object> followed;

    /** False as long as routes that must go have work in hand. */
    private boolean settled = true;
    /** What the preflights had let through then. */
    private Object served;

    /** Why the last good one stays in force; null: it need not, or the database is away, which others tell. */
    private volatile String unfit;

    private Set<String> draining = Set.of();
    /** What is wrong with the topology that is followed. */
    private volatile List<String> wrong = List.of();

    /**
     * @param workers routes to keep; empty in a process that works on nothing
     * @param preflights what can be done where
     * @param served told what this process works on after each change
     * @param stored the same topology, with what is wrong with it
     * @param completed told after each round that went well
     */
    TopologyWatch(
            Foundation foundation,
            Locations locations,
            Optional<WorkerRoutes> workers,
            LocationWatch preflights,
            Consumer<List<DataLocation>> served,
            StoredTopology stored,
            Runnable completed) {
        this.stored = stored;
        this.foundation = foundation;
        this.locations = locations;
        this.workers = workers;
        this.preflights = preflights;
        this.onServed = served;
        this.completed = completed;
    }

    /** @param wanted how often others look for work */
    static Duration pause(Duration wanted) {
        return wanted.compareTo(LONGEST_PAUSE) < 0 ? wanted : LONGEST_PAUSE;
    }

    /** One round, or one more after that under way. Never throws: a scheduled task that throws is never run again. */
    @Override
    public void run() {
        rounds.run();
    }

    private void round() {
        try {
            Topology topology = locations.refresh();
            List<Object> now = List.of(topology.sites(), topology.locations(), topology.routes());
            if (!now.equals(followed)) {
                look();
                tellDraining(topology);
                OwnGround.prepare(foundation);
                if (workers.isPresent()) {
                    preflights.follow(topology);
                }
            }
            if (rounds.closed()) {
                return;
            }
            Object allowed = preflights.preflights().kept();
            if (!now.equals(followed) || !allowed.equals(served)) {
                settled = follow();
                followed = now;
                served = allowed;
            } else if (!settled) {
                settled = workers.get().refresh();
            }
            completed.run();
            unfit = null;
        } catch (Exception | Error failure) {
            // What is the matter with the database, its pulse tells.
            String why = DatabaseTrouble.in(failure) ? null : why(failure);
            if (why != null && unfit == null) {
                log.warn("the topology could not be followed, the last good one stays in force; tried again", failure);
            }
            unfit = why;
        }
    }

    private static String why(Throwable failure) {
        return failure instanceof Error
                ? "the topology cannot be followed now, the last good one stays in force; tried again: " + failure
                : "what the database has cannot be followed, the last good topology stays in force;"
                        + " the log says why, and chasqui topology show what is wrong";
    }

    private static String some(Collection<String> names) {
        return names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                + (names.size() > MOST_NAMED ? " and " + (names.size() - MOST_NAMED) + " more" : "");
    }

    private void tellDraining(Topology topology) {
        Set<String> now = new TreeSet<>();
        topology.sites().stream()
                .filter(site -> site.active() && site.draining())
                .forEach(site -> now.add(site.shortName()));
        topology.locations().stream()
                .filter(location -> location.active() && location.draining())
                .forEach(location -> now.add(location.label()));
        now.stream()
                .filter(place -> !draining.contains(place))
                .forEach(place -> log.info("{} drains: nothing new is put there", place));
        draining.stream()
                .filter(place -> !now.contains(place))
                .forEach(place -> log.info("{} drains no longer", place));
        draining = now;
    }

    /** A person may write anything into the database; what is wrong there is told once, and followed as far as possible. */
    private void look() {
        List<String> found = stored.problems();
        found.stream()
                .filter(problem -> !wrong.contains(problem))
                .forEach(problem -> log.warn("the topology in the database: {}", problem));
        if (found.isEmpty() && !wrong.isEmpty()) {
            log.info("nothing is wrong with the topology any more");
        }
        wrong = found;
    }

    /** Why the topology as it is in the database is not followed now; empty: it is. */
    List<String> problems() {
        String known = unfit;
        return known == null ? List.of() : List.of(known);
    }

    /** What is wrong with it and is followed as far as possible. */
    List<String> told() {
        return wrong;
    }

    private boolean follow() throws Exception {
        if (workers.isEmpty()) {
            return true;
        }
        Set<String> before = workers.get().queues();
        boolean all = workers.get().refresh();
        onServed.accept(workers.get().locations());
        Set<String> after = workers.get().queues();
        if (!after.equals(before)) {
            // Those that go are told when they are gone.
            Set<String> added = new TreeSet<>(after);
            added.removeAll(before);
            log.info(
                    "the topology, or what can be reached of it, has changed: {} queues served, {} before{}",
                    after.size(),
                    before.size(),
                    added.isEmpty() ? "" : "; new: " + some(added));
        }
        return all;
    }

    /** Waits for the round under way, within a limit; there is no other, so that a process that ends gets no new routes. */
    @Override
    public void close() {
        if (!rounds.close(LONGEST_END)) {
            log.warn("following the topology hangs for {} s; the shutdown goes on without it", LONGEST_END.toSeconds());
        }
    }
}
