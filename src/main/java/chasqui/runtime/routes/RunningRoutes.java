package chasqui.runtime.routes;

import chasqui.runtime.routes.RouteChange.Swap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of the files as they run, and how they become others. Work in hand ends on the route on which it began: a
 * route that others call is taken over by the new one at once and goes when its work is done; one that begins by itself
 * is replaced between two rounds; those made of templates see to that themselves.
 *
 * <p>Used by one thread at a time.
 */
public final class RunningRoutes {
    private static final Logger log = LoggerFactory.getLogger(RunningRoutes.class);

    private final CamelRoutes camel;
    private final Templates templates;
    /** By key. */
    private final Map<String, Entry> live = new LinkedHashMap<>();
    /** Under which id a route runs where that is not its own, by key. */
    private final Map<String, String> ids = new HashMap<>();
    /** What waits for the end of a round, by key. */
    private final Map<String, Swap> pending = new TreeMap<>();
    /** Ids of detached routes. */
    private final Set<String> draining = new TreeSet<>();

    /** Templates that are back, by id; told by the threads that put them back. */
    private final Map<String, PutBack> putBack = new ConcurrentHashMap<>();

    private int generation;

    /** Why an entry is again what it was. */
    private record PutBack(Swap swap, Exception why) {}

    /** @param files of which the routes of this Camel were made */
    public RunningRoutes(CamelContext camel, Templates templates, RouteFiles files) {
        this.camel = new CamelRoutes(camel);
        this.templates = templates;
        files.entries().forEach(entry -> live.put(entry.key(), entry));
    }

    /**
     * Makes the routes those of the files, which were checked.
     *
     * @return why not, in which case those that ran run on; empty: they are, or will be when work in hand is done
     */
    public List<Problem> follow(RouteFiles files) {
        // What of it is still in the files is tried again.
        putBack();
        Map<String, Entry> target = new LinkedHashMap<>(live);
        // What still waits counts as done: it is replaced while it waits, or taken back.
        pending.values().forEach(swap -> put(target, swap));
        RouteChange change = new RouteChange(target, files.entries());
        List<Problem> problems = change.problems();
        if (!problems.isEmpty() || change.isNothing()) {
            return problems;
        }
        Map<String, Swap> waited = new TreeMap<>(pending);
        // In the same order: routes are made with the configuration that is there.
        List<Templates.Step> back = new ArrayList<>();
        Swap at = null;
        try {
            for (Swap swap : change.of(Entry::isConfiguration)) {
                at = swap;
                back.add(() -> definition(swap.back()));
                definition(swap);
            }
            List<Swap> made = change.of(Entry::isTemplate);
            if (!made.isEmpty()) {
                at = made.get(0);
                back.add(() -> templates(made.stream().map(Swap::back).toList()));
                templates(made);
            }
            for (Swap swap : change.of(Entry::isRoute)) {
                at = swap;
                route(swap);
                back.add(() -> route(swap.back()));
            }
            log.info("the routes follow their files: {}", change);
            return List.of();
        } catch (Exception failure) {
            log.warn("{} could not be put into its place", at.either().key(), failure);
            back.forEach(RunningRoutes::undo);
            pending.clear();
            pending.putAll(waited);
            return List.of(notStarted(at, failure));
        }
    }

    private static Problem notStarted(Swap swap, Exception failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return swap.either()
                .problem(
                        swap.either().line(),
                        swap.either().kind() + " " + swap.either().id() + " could not be started: " + root.getMessage()
                                + "; correct it here");
    }

    private static void undo(Templates.Step step) {
        try {
            step.go();
        } catch (Exception failure) {
            log.error("a route could not be put back; restart this node", failure);
        }
    }

    private static void put(Map<String, Entry> entries, Swap swap) {
        if (swap.before() != null
                && (swap.after() == null
                        || !swap.after().key().equals(swap.before().key()))) {
            entries.remove(swap.before().key());
        }
        if (swap.after() != null) {
            entries.put(swap.after().key(), swap.after());
        }
    }

    private void definition(Swap swap) throws Exception {
        camel.swapDefinition(swap);
        put(live, swap);
    }

    private void templates(List<Swap> swaps) throws Exception {
        Set<String> types = swaps.stream().map(swap -> swap.either().id()).collect(Collectors.toSet());
        Map<String, Templates.Back> back = new HashMap<>();
        for (Swap swap : swaps) {
            if (swap.before() != null && swap.after() != null) {
                back.put(swap.after().id(), why -> {
                    camel.swapDefinition(swap.back());
                    putBack.put(swap.after().id(), new PutBack(swap, why));
                });
            }
        }
        templates.replace(
                types,
                () -> {
                    for (Swap swap : swaps) {
                        definition(swap);
                        putBack.remove(swap.either().id());
                    }
                },
                back);
    }

    /** Takes note of the templates that are back. */
    private List<Problem> putBack() {
        List<Problem> problems = new ArrayList<>();
        for (String id : Set.copyOf(putBack.keySet())) {
            PutBack one = putBack.remove(id);
            put(live, one.swap().back());
            problems.add(notStarted(one.swap(), one.why()));
        }
        return problems;
    }

    /** Now, or when the round under way is done. */
    private void route(Swap swap) throws Exception {
        Entry runs = runs(swap);
        Swap real = new Swap(runs, swap.after());
        String id = runs == null ? "" : ids.getOrDefault(runs.key(), runs.id());
        if (runs == null || !camel.has(id)) {
            load(real, false);
        } else if (camel.isDirect(id)) {
            takeOver(real, id);
        } else if (camel.hasWorkInHand(id) || !replace(real, id)) {
            pending.put(runs.key(), real);
        }
    }

    /** What is in its place now, and waits for nothing any more; null: nothing is. */
    private Entry runs(Swap swap) {
        String key = swap.before() == null ? swap.after().key() : swap.before().key();
        for (Map.Entry<String, Swap> waits : pending.entrySet()) {
            Entry after = waits.getValue().after();
            if (waits.getKey().equals(key) || after != null && after.key().equals(key)) {
                pending.remove(waits.getKey());
                return live.get(waits.getKey());
            }
        }
        return live.get(key);
    }

    /** @return false when it could not be stopped: it runs on */
    private boolean replace(Swap swap, String id) throws Exception {
        boolean stood = camel.stands(id);
        if (!camel.remove(id)) {
            return false;
        }
        try {
            load(swap, stood);
        } catch (Exception failure) {
            load(swap.back(), stood);
            throw failure;
        }
        return true;
    }

    /** Who calls it is served by the new one from now on. */
    private void takeOver(Swap swap, String id) throws Exception {
        if (camel.stands(id)) {
            replace(swap, id);
            return;
        }
        camel.detach(id);
        try {
            if (camel.hasWorkInHand(id) || !replace(swap, id)) {
                draining.add(id);
                load(swap, false);
            }
        } catch (Exception failure) {
            draining.remove(id);
            if (camel.has(id)) {
                camel.attach(id);
            }
            throw failure;
        }
    }

    private void load(Swap swap, boolean stands) throws Exception {
        Entry entry = swap.after();
        if (entry == null) {
            put(live, swap);
            ids.remove(swap.before().key());
            return;
        }
        String id = entry.id();
        for (int i = 2; camel.has(id); i++) {
            id = entry.id() + "_" + i;
        }
        String source = draining.isEmpty() ? entry.source() : Edited.source(entry, id, ++generation);
        camel.load(entry, id, source, stands);
        if (swap.before() != null) {
            ids.remove(swap.before().key());
        }
        ids.put(entry.key(), id);
        put(live, swap);
    }

    /**
     * Goes on with what waits for work in hand.
     *
     * @return what could not be done, and is not tried again: the route that ran is back
     */
    public List<Problem> settle() {
        List<Problem> problems = putBack();
        for (Swap swap : List.copyOf(pending.values())) {
            try {
                route(swap);
            } catch (Exception failure) {
                log.warn("{} could not be put into its place", swap.either().key(), failure);
                problems.add(notStarted(swap, failure));
            }
        }
        for (String id : List.copyOf(draining)) {
            try {
                if (!camel.hasWorkInHand(id) && camel.remove(id)) {
                    draining.remove(id);
                }
            } catch (Exception failure) {
                log.warn("{}: the route that it was cannot be taken down; tried again", id, failure);
            }
        }
        return problems;
    }

    /** Routes that are still as they were, because they have work in hand. */
    public Set<String> waiting() {
        Set<String> waiting = new TreeSet<>(templates.outdated());
        pending.values().forEach(swap -> waiting.add(swap.either().id()));
        waiting.addAll(draining);
        return waiting;
    }
}
