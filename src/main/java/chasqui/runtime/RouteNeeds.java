package chasqui.runtime;

import chasqui.runtime.routes.Given;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import chasqui.topology.Topology;
import chasqui.transfer.MethodChoice;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a folder of route files has to have. */
final class RouteNeeds {
    /** Beside the managers and workers of the stages. */
    private static final Set<String> KERNEL =
            Set.of("workDesk", "failurePolicy", "monitor", "queueEndpoints", "queueWatch", "filingDesk", "apiDoor");

    private RouteNeeds() {}

    /** Work that no route asks for would never be done, and nobody would be told. */
    static Given given(Map<String, Object> beans, Map<String, String> properties) {
        Set<String> needed = beans.keySet().stream()
                .filter(name -> name.endsWith("Manager") || name.endsWith("Worker") || KERNEL.contains(name))
                .collect(Collectors.toUnmodifiableSet());
        Properties named = new Properties();
        named.putAll(properties);
        return new Given(beans, named, needed, Map.of(), Map.of());
    }

    /**
     * The transfer methods that a topology asks for, each with an example of what for.
     *
     * @param otherwise the setting: a method, or {@link MethodChoice#AUTO}
     */
    static Map<String, String> methods(Topology topology, String otherwise) {
        Map<String, String> methods = new TreeMap<>();
        topology.routes().stream()
                .filter(route -> route.method() != null && !route.forbidden())
                .forEach(route -> methods.putIfAbsent(route.method(), "the transfer route with id " + route.id()));
        if (!otherwise.equals(MethodChoice.AUTO)) {
            methods.putIfAbsent(otherwise, "chasqui.transfer.method");
            return methods;
        }
        List<DataLocation> buffers = topology.locations().stream()
                .filter(location -> location.active() && location.type() == LocationType.BUFFER)
                .toList();
        for (DataLocation from : buffers) {
            for (DataLocation to : buffers) {
                if (from.siteId() != to.siteId()) {
                    methods.putIfAbsent(MethodChoice.byStorage(from, to, false), from.label() + " → " + to.label());
                }
            }
        }
        return methods;
    }
}
