package chasqui.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must fit together in a topology; each value by itself was checked when it was read. */
final class TopologyRules {
    private final Surroundings surroundings;
    private final Map<LocationType, Set<String>> operationTypes;

    /** @param operationTypes names of the kinds of work done at locations of each type */
    TopologyRules(Surroundings surroundings, Map<LocationType, Set<String>> operationTypes) {
        this.surroundings = surroundings;
        this.operationTypes = operationTypes;
    }

    /** Everything that is wrong; empty when nothing is. Looks at disks. */
    List<String> problems(TopologyFile topology) {
        List<String> problems = inItself(topology);
        new PathRules(topology).check(problems);
        return problems;
    }

    /** What is wrong without a look at any disk, which could hang. */
    List<String> inItself(TopologyFile topology) {
        List<String> problems = new ArrayList<>();
        new NameRules(topology, operationTypes).check(problems);
        new SiteRules(topology).check(problems);
        new LocationRules(topology, surroundings.knowsCredential()).check(problems);
        new RouteRules(topology, surroundings).check(problems);
        return problems;
    }
}
