package chasqui.runtime.routes;

import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * What the process gives to its routes, and asks of them.
 *
 * @param beans everything that a route can name
 * @param properties everything that can stand in {@code {{…}}}
 * @param needed beans that some route must call
 * @param templates operation types that need a template, each with an example of whose
 * @param methods transfer methods that need a route, each with who wants it
 */
public record Given(
        Map<String, Object> beans,
        Properties properties,
        Set<String> needed,
        Map<String, String> templates,
        Map<String, String> methods) {
    /** How the whole folder is called in a problem. */
    static final String FOLDER = "the folder";

    /** What worker routes are made with. */
    static final Set<String> PARAMETERS = Set.of("queue", "endpoint");

    /** The same, asking for these templates and transfer methods. */
    public Given asking(Map<String, String> wantedTemplates, Map<String, String> wantedMethods) {
        return new Given(beans, properties, needed, wantedTemplates, wantedMethods);
    }
}
