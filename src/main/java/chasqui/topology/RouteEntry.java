package chasqui.topology;

import java.util.List;
import java.util.Map;

/** A transfer route as a topology file describes it; sites and locations by name, null where the file names none. */
record RouteEntry(
        String from,
        String to,
        int priority,
        RouteType type,
        String method,
        String relay,
        String originLocation,
        String destinationLocation,
        boolean pull,
        boolean forbidden,
        Long rateLimitBytesPerSecond,
        Integer concurrency,
        List<String> timeWindows,
        Map<String, String> options,
        boolean active)
        implements TopologyEntry<RouteEntry> {

    @Override
    public String label() {
        return "transfer route %s → %s with priority %d".formatted(from, to, priority);
    }

    @Override
    public RouteEntry deactivated() {
        return new RouteEntry(
                from,
                to,
                priority,
                type,
                method,
                relay,
                originLocation,
                destinationLocation,
                pull,
                forbidden,
                rateLimitBytesPerSecond,
                concurrency,
                timeWindows,
                options,
                false);
    }

    @Override
    public Map<String, String> facts() {
        return TopologyEntry.facts(
                "type", type,
                "method", method,
                "relay", relay,
                "origin_location", originLocation,
                "destination_location", destinationLocation,
                "pull", pull,
                "forbidden", forbidden,
                "rate_limit", rateLimitBytesPerSecond,
                "concurrency", concurrency,
                "time_windows", timeWindows,
                "options", options,
                "active", active);
    }
}
