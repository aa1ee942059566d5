package chasqui.preflight;

import chasqui.topology.DataLocation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The preflights of all data locations that this node reaches: each is tried when it appears, and again until it passes.
 * Says which work can be done where.
 */
public final class Preflights implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Preflights.class);

    /** Pause before what a place is made like, and served with, is looked at again. */
    private static final Duration SETTLED = Duration.ofDays(1);

    private final Function<DataLocation, List<Check>> checksOf;
    private final Duration retry;
    private final Runnable changed;
    private final Trials trials = new Trials();
    private final Map<Long, Map<String, Watched>> watched = new TreeMap<>();

    /**
     * @param checksOf what is to be tried at a location
     * @param retry pause before what failed is tried again
     * @param changed told after something has ended differently than before; must not block
     */
    public Preflights(Function<DataLocation, List<Check>> checksOf, Duration retry, Runnable changed) {
        this.checksOf = checksOf;
        this.retry = retry;
        this.changed = changed;
    }

    /** One check of one location. */
    private final class Watched implements Trials.Sequel {
        private Looked looked;
        private boolean busy;
        private boolean wanted;
        private boolean tried;
        private long ended;

        /** @param before what was known under this name of this place, when it is tried in another way; else null */
        Watched(DataLocation location, Check check, Watched before) {
            boolean goesOn =
                    before != null && before.looked.location().whereabouts().equals(location.whereabouts());
            this.looked = goesOn
                    ? new Looked(location, check, before.looked.findings(), before.looked.ended())
                    : new Looked(location, check, List.of(), false);
        }

        void begin() {
            synchronized (Preflights.this) {
                wanted = busy;
                if (busy) {
                    return;
                }
                busy = true;
            }
            trials.begin(looked.check(), this);
        }

        @Override
        public void ended(List<Finding> findings) {
            synchronized (Preflights.this) {
                ended = System.nanoTime();
                tried = true;
                // The database could not be asked: that is not the location's fault, and what was known of it stays.
                boolean same =
                        findings == null || looked.ended() && looked.findings().equals(findings);
                if (!same) {
                    tell(looked, findings);
                    looked = new Looked(looked.location(), looked.check(), findings, true);
                }
                Preflights.this.notifyAll();
                if (same) {
                    return;
                }
            }
            changed.run();
        }

        @Override
        public void free() {
            boolean again;
            synchronized (Preflights.this) {
                busy = false;
                again = wanted;
                wanted = false;
            }
            if (again) {
                begin();
            }
        }

        boolean isDue() {
            boolean passed = looked.ended() && looked.findings().isEmpty();
            return !passed && !busy && System.nanoTime() - ended >= pause().toNanos();
        }

        /** What is so on purpose is not tried all the time: each try may leave an object that nobody can delete. */
        private Duration pause() {
            boolean settled = looked.ended() && looked.findings().stream().allMatch(Finding::settled);
            return settled && retry.compareTo(SETTLED) < 0 ? SETTLED : retry;
        }
    }

    private static void tell(Looked before, List<Finding> findings) {
        for (Finding finding : findings) {
            if (!before.findings().contains(finding)) {
                log.warn(
                        "{}: {}: {}{}",
                        before.location(),
                        finding.check(),
                        finding.reason(),
                        finding.stops().isEmpty()
                                ? ""
                                : "; this node does not do "
                                        + (finding.stops().contains(Finding.ALL)
                                                ? "any work"
                                                : String.join(", ", finding.stops()))
                                        + " there until that passes");
            }
        }
        if (findings.isEmpty() && !before.findings().isEmpty()) {
            log.info("{}: {} passes again", before.location(), before.check().name());
        }
    }

    /**
     * Says which locations this node reaches: new ones and those that are somewhere else now are tried before anything is
     * done there, others are forgotten, the rest stays. What is tried in another way than before counts as it did until
     * that has ended.
     */
    public void follow(List<DataLocation> locations) {
        List<Watched> fresh = new ArrayList<>();
        synchronized (this) {
            Set<Long> stay = new HashSet<>();
            for (DataLocation location : locations) {
                stay.add(location.id());
                Map<String, Watched> before = watched.getOrDefault(location.id(), Map.of());
                Map<String, Watched> now = new TreeMap<>();
                for (Check check : checksOf.apply(location)) {
                    Watched same = before.get(check.name());
                    boolean known = same != null
                            && same.looked.location().whereabouts().equals(location.whereabouts())
                            && same.looked.check().about().equals(check.about());
                    now.put(check.name(), known ? same : new Watched(location, check, same));
                    if (!known) {
                        fresh.add(now.get(check.name()));
                    }
                }
                watched.put(location.id(), now);
            }
            watched.keySet().retainAll(stay);
        }
        fresh.forEach(Watched::begin);
    }

    /** Waits until every check that decides has ended once, or for so long. */
    public synchronized boolean await(Duration longest) throws InterruptedException {
        return await(longest, one -> one.looked.check().decides() && !one.looked.ended());
    }

    /** Waits until every check was tried once, whatever came of it: even that the database could not be asked. */
    public synchronized boolean awaitTries(Duration longest) throws InterruptedException {
        return await(longest, one -> !one.tried);
    }

    private boolean await(Duration longest, Predicate<Watched> open) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (all().stream().anyMatch(open)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    private List<Watched> all() {
        return watched.values().stream()
                .flatMap(checks -> checks.values().stream())
                .toList();
    }

    /** Whether this node can do such work there; no, while that is not known. */
    public synchronized boolean allows(DataLocation location, String type) {
        Map<String, Watched> checks = watched.get(location.id());
        return checks != null && checks.values().stream().allMatch(one -> one.looked.allows(type));
    }

    /** What work is kept away where, in a form that can be compared. */
    public synchronized Map<Long, List<Object>> kept() {
        Map<Long, List<Object>> kept = new HashMap<>();
        all().stream()
                .filter(one -> one.looked.check().decides())
                .sorted(Comparator.comparing(one -> one.looked.check().name()))
                .forEach(one -> kept.computeIfAbsent(one.looked.location().id(), id -> new ArrayList<>())
                        .add(List.of(
                                one.looked.ended(),
                                one.looked.findings().stream()
                                        .flatMap(finding -> finding.stops().stream())
                                        .toList())));
        return kept;
    }

    /** How every check stands, by location. */
    public synchronized List<Looked> looked() {
        return all().stream().map(one -> one.looked).toList();
    }

    /** Tries again what failed, where its pause is over. Called from time to time. */
    public void retryDue() {
        List<Watched> due;
        synchronized (this) {
            due = all().stream().filter(Watched::isDue).toList();
        }
        due.forEach(Watched::begin);
    }

    /** Tries everything again now at some locations; what is under way is tried once more after it. */
    public void again(Predicate<DataLocation> where) {
        List<Watched> which;
        synchronized (this) {
            which = all().stream()
                    .filter(one -> where.test(one.looked.location()))
                    .toList();
        }
        which.forEach(Watched::begin);
    }

    /** Ends what can be ended. */
    @Override
    public void close() {
        trials.close();
    }
}
