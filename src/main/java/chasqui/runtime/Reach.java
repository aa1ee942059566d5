package chasqui.runtime;

import chasqui.topology.DataLocation;
import chasqui.topology.LocationPatterns;
import chasqui.topology.Queue;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * What this process can do where.
 *
 * @param patterns of the data locations that it is told to reach
 * @param allowed whether operations of a type can be done at a location now
 */
record Reach(LocationPatterns patterns, BiPredicate<DataLocation, String> allowed) {
    Reach(List<String> patterns, BiPredicate<DataLocation, String> allowed) {
        this(new LocationPatterns(patterns), allowed);
    }

    boolean serves(Queue queue) {
        return includes(queue.location())
                && allowed.test(queue.location(), queue.type().name());
    }

    /** Whether work can be done there now or not. */
    boolean includes(DataLocation location) {
        return patterns.reach(location);
    }
}
