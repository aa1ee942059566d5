package chasqui.runtime;

import chasqui.runtime.routes.Given;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** What a folder of route files has to have. */
final class RouteNeeds {
    /** Beside the managers and workers of the stages. */
    private static final Set<String> KERNEL =
            Set.of("workDesk", "failurePolicy", "monitor", "queueEndpoints", "queueWatch", "filingDesk");

    private RouteNeeds() {}

    /** Work that no route asks for would never be done, and nobody would be told. */
    static Given given(Map<String, Object> beans, Properties properties) {
        Set<String> needed = beans.keySet().stream()
                .filter(name -> name.endsWith("Manager") || name.endsWith("Worker") || KERNEL.contains(name))
                .collect(Collectors.toUnmodifiableSet());
        return new Given(beans, properties, needed, Map.of(), Map.of());
    }
}
