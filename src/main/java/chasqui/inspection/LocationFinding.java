package chasqui.inspection;

import java.time.Instant;
import java.util.List;

/**
 * What a node's preflight found at a data location.
 *
 * @param location {@code site/location}
 * @param stops types of operations that the node does not do there meanwhile; {@code *}: any; empty: it is only told
 * @param since when it was found first, without having passed since
 */
public record LocationFinding(
        String node, String location, String check, List<String> stops, String reason, Instant since) {
    private static final String ANY = "*";

    boolean stops(String type) {
        return stops.contains(ANY) || stops.contains(type);
    }

    /** For people. */
    String meanwhile() {
        if (stops.isEmpty()) {
            return "served all the same";
        }
        return stops.contains(ANY) ? "not served" : "not served: " + String.join(", ", stops);
    }
}
