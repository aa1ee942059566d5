package chasqui.topology;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Names tell things apart: sites, locations of a site, instruments, modules of an instrument, queues. */
record NameRules(TopologyFile topology, Map<LocationType, Set<String>> operationTypes) {

    void check(List<String> problems) {
        twice(topology.sites().stream().map(SiteEntry::shortName))
                .forEach(name -> problems.add("site " + name + " is described twice; join the two or rename one"));
        for (SiteEntry site : topology.sites()) {
            twice(site.locations().stream().map(LocationEntry::name))
                    .forEach(name -> problems.add("location " + site.shortName() + "/" + name
                            + " is described twice; join the two or rename one"));
            for (InstrumentEntry instrument : site.instruments()) {
                twice(instrument.modules().stream())
                        .forEach(name -> problems.add("site %s, instrument %s: module %s is listed twice; remove one"
                                .formatted(site.shortName(), instrument.name(), name)));
            }
        }
        twice(topology.instruments().stream().map(InstrumentEntry::name))
                .forEach(name -> problems.add("instrument " + name
                        + " is described twice; names of instruments are unique across all sites, rename one"));
        queues(problems);
    }

    /** Underscores join the parts of a queue's name and may stand in a location's: two pairs could give one name. */
    private void queues(List<String> problems) {
        Map<String, String> owners = new HashMap<>();
        for (LocationEntry location : topology.locations()) {
            if (location.type() == null) {
                continue;
            }
            for (String type : operationTypes.getOrDefault(location.type(), Set.of())) {
                String queue = location.site() + "_" + location.name() + "_" + type;
                String other = owners.putIfAbsent(queue, location.path());
                if (other != null && !other.equals(location.path())) {
                    problems.add("locations %s and %s would share the queue %s; rename one of them"
                            .formatted(other, location.path(), queue));
                }
            }
        }
    }

    private static Stream<String> twice(Stream<String> names) {
        Set<String> seen = new HashSet<>();
        return names.filter(name -> !name.isEmpty() && !seen.add(name)).distinct();
    }
}
