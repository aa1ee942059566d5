package chasqui.topology;

import chasqui.topology.TopologyChange.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must be written so that the database has what a file asks for. */
record TopologyDifference(
        List<Step<SiteEntry>> sites,
        List<Step<LocationEntry>> locations,
        List<Step<InstrumentEntry>> instruments,
        List<Step<RouteEntry>> routes) {

    /** @param was null: it is new */
    record Step<E extends TopologyEntry<E>>(E was, E now) {
        boolean switchesOff() {
            return was != null && was.active() && !now.active();
        }

        TopologyChange change() {
            Kind kind = was == null ? Kind.ADDED : switchesOff() ? Kind.DEACTIVATED : Kind.CHANGED;
            return new TopologyChange(kind, now.label(), was == null ? described() : compared());
        }

        private String described() {
            return now.facts().entrySet().stream()
                    .filter(fact -> !fact.getValue().equals("none")
                            && !fact.getValue().equals("[]")
                            && !fact.getKey().equals("active"))
                    .map(fact -> fact.getKey() + " " + fact.getValue())
                    .collect(Collectors.joining(", "));
        }

        private String compared() {
            Map<String, String> before = was.facts();
            Map<String, String> after = now.facts();
            TreeSet<String> keys = new TreeSet<>(before.keySet());
            keys.addAll(after.keySet());
            return keys.stream()
                    .filter(key -> !before.getOrDefault(key, "none").equals(after.getOrDefault(key, "none")))
                    .filter(key -> !(switchesOff() && key.equals("active")))
                    .map(key -> "%s %s → %s"
                            .formatted(key, before.getOrDefault(key, "none"), after.getOrDefault(key, "none")))
                    .collect(Collectors.joining(", "));
        }
    }

    /** What a file leaves out is switched off, never removed: copies and history name it. */
    static TopologyDifference between(TopologyFile present, TopologyFile wanted) {
        return new TopologyDifference(
                steps(present.sites(), wanted.sites()),
                steps(present.locations(), wanted.locations()),
                steps(present.instruments(), wanted.instruments()),
                steps(present.routes(), wanted.routes()));
    }

    List<TopologyChange> changes() {
        return Stream.of(sites, locations, instruments, routes)
                .flatMap(List::stream)
                .map(Step::change)
                .toList();
    }

    private static <E extends TopologyEntry<E>> List<Step<E>> steps(List<E> present, List<E> wanted) {
        Map<String, E> leftOut = new HashMap<>();
        present.forEach(entry -> leftOut.put(entry.label(), entry));
        List<Step<E>> steps = new ArrayList<>();
        for (E now : wanted) {
            E was = leftOut.remove(now.label());
            if (was == null || !was.facts().equals(now.facts())) {
                steps.add(new Step<>(was, now));
            }
        }
        present.stream()
                .filter(entry -> entry.active() && leftOut.containsKey(entry.label()))
                .forEach(entry -> steps.add(new Step<>(entry, entry.deactivated())));
        return steps;
    }
}
