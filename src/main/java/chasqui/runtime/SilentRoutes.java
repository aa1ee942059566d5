package chasqui.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which routes of the route files a node does not start: those that are for roles which it has not. */
final class SilentRoutes {
    private SilentRoutes() {}

    /**
     * @param filingWaited what this node has promised when it had the role api is still to be registered
     * @return regular expressions for the ids of routes
     */
    static List<String> of(Set<String> roles, boolean filingWaited) {
        List<String> silent = new ArrayList<>();
        if (!roles.contains("manager")) {
            silent.add(".*-manager");
        }
        if (!roles.contains("worker")) {
            silent.add("look");
        }
        if (!roles.contains("monitor")) {
            silent.add("monitor");
            silent.add("history");
        }
        if (!roles.contains("api")) {
            silent.add(filingWaited ? "filing-(?!forwarder$).*" : "filing-.*");
            silent.add("api-tokens");
        }
        return silent;
    }
}
