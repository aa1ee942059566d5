package chasqui.inspection;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A process of this system.
 *
 * @param locations patterns of the data locations that its workers serve
 * @param heartbeatAt when it was last heard of, on the database's clock; {@code silentSeconds} ago
 * @param stoppedAt when it said that it stops; null: it did not
 * @param alive it was heard of within the last minute and did not say that it stops
 * @param loadAverage of its machine in the last minute; null: not known, as are {@code processors}
 * @param held operations that it works on
 * @param clockOffsetMillis by how much its clock is ahead of the database's; null: not measured
 * @param findings what its preflights found at data locations; empty for nodes that are gone
 * @param warnings what somebody should look at; of nodes that are gone only what they had in hand and nobody else can do
 */
public record NodeStatus(
        String name,
        String host,
        long processId,
        String version,
        List<String> roles,
        List<String> locations,
        Instant startedAt,
        Instant heartbeatAt,
        long silentSeconds,
        Instant stoppedAt,
        boolean alive,
        Double loadAverage,
        Integer processors,
        long held,
        Long clockOffsetMillis,
        List<LocationFinding> findings,
        List<String> warnings) {
    private static final Map<String, String> NEEDED = Map.of(
            "manager", "nothing new is found",
            "monitor", "nothing that stalls is put back",
            "worker", "nothing is done");

    NodeStatus warned(List<String> by) {
        return new NodeStatus(
                name,
                host,
                processId,
                version,
                roles,
                locations,
                startedAt,
                heartbeatAt,
                silentSeconds,
                stoppedAt,
                alive,
                loadAverage,
                processors,
                held,
                clockOffsetMillis,
                findings,
                by);
    }

    /** Roles without which the system stands still or does not mend itself, and that no living node has. */
    public static List<String> missingRoles(List<NodeStatus> nodes) {
        return NEEDED.keySet().stream()
                .filter(role -> nodes.stream()
                        .noneMatch(node -> node.alive() && node.roles().contains(role)))
                .sorted()
                .toList();
    }

    /** What does not happen while nobody has a role. */
    public static String without(String role) {
        return NEEDED.get(role);
    }

    /** In one word. */
    public String state() {
        if (alive) {
            return "alive";
        }
        return stoppedAt == null ? "gone" : "stopped";
    }
}
