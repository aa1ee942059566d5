package chasqui.runtime.routes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What is different between the entries that run and those that shall, and what else that concerns. */
final class RouteChange {
    /** One entry and what it becomes; before is null for a new one, after for one that goes. */
    record Swap(Entry before, Entry after) {
        Entry either() {
            return after == null ? before : after;
        }

        Swap back() {
            return new Swap(after, before);
        }
    }

    private final Map<String, Entry> before;
    private final Map<String, Entry> after;
    private final List<Swap> swaps = new ArrayList<>();

    /** @param before what runs, by key */
    RouteChange(Map<String, Entry> before, Collection<Entry> next) {
        this.before = before;
        this.after = next.stream()
                .collect(Collectors.toMap(Entry::key, entry -> entry, (first, second) -> first, LinkedHashMap::new));
        Set<String> configurations = new TreeSet<>();
        after.forEach((key, entry) -> {
            if (!before.containsKey(key) || !before.get(key).body().says(entry.body())) {
                swaps.add(new Swap(before.get(key), entry));
            }
        });
        before.forEach((key, entry) -> {
            if (!after.containsKey(key)) {
                goes(entry);
            }
        });
        swaps.stream()
                .map(Swap::either)
                .filter(Entry::isConfiguration)
                .forEach(entry -> configurations.add(entry.id()));
        after.forEach((key, entry) -> {
            boolean concerned = configurations.contains(
                    entry.route().at("routeConfigurationId").scalar());
            if (concerned
                    && swaps.stream().noneMatch(swap -> swap.either().key().equals(key))) {
                swaps.add(new Swap(before.get(key), entry));
            }
        });
    }

    /** Two routes cannot begin in the same way, so the one that goes becomes the one that comes. */
    private void goes(Entry entry) {
        for (int i = 0; i < swaps.size(); i++) {
            Swap swap = swaps.get(i);
            boolean comes = swap.before() == null && swap.after().isRoute() && entry.isRoute();
            if (comes && swap.after().from().says(entry.from())) {
                swaps.set(i, new Swap(entry, swap.after()));
                return;
            }
        }
        swaps.add(new Swap(entry, null));
    }

    List<Swap> of(Predicate<Entry> kind) {
        return swaps.stream().filter(swap -> kind.test(swap.either())).toList();
    }

    /** Why a running process cannot follow it; empty: it can. */
    List<Problem> problems() {
        Set<String> wide = after.values().stream()
                .filter(RouteChange::onlyAtStart)
                .map(Entry::file)
                .collect(Collectors.toSet());
        List<Problem> problems = new ArrayList<>();
        for (Swap swap : swaps) {
            Entry entry = swap.either();
            if (onlyAtStart(entry)) {
                problems.add(entry.problem(
                        entry.line(), entry.kind() + " is read when a process starts; restart this node to change it"));
            } else if (wide.contains(entry.file())) {
                problems.add(entry.problem(
                        entry.line(),
                        entry.kind() + " " + entry.id() + " stands beside what is read when a process starts; restart"
                                + " this node to change it, or move it to a file of its own"));
            }
        }
        return problems;
    }

    private static boolean onlyAtStart(Entry entry) {
        return !entry.isRoute() && !entry.isTemplate() && !entry.isConfiguration();
    }

    boolean isNothing() {
        return swaps.isEmpty();
    }

    @Override
    public String toString() {
        return swaps.stream()
                .map(swap ->
                        swap.either().id() + (swap.before() == null ? " (new)" : swap.after() == null ? " (gone)" : ""))
                .collect(Collectors.joining(", "));
    }
}
