package chasqui.pipeline;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Who claims, and how.
 *
 * @param lease how long until the first renewal is missed
 * @param without operations that are not for it, whatever is due
 */
record Claimant(NodeIdentity node, Duration lease, Collection<Long> without) {
    static Claimant of(NodeIdentity node, Duration lease) {
        return new Claimant(node, lease, List.of());
    }

    Map<String, Object> bindings() {
        return Map.of(
                "node", node.name(),
                "boot", node.bootId(),
                "lease", lease.toMillis() / 1000.0,
                "without", without.toArray(Long[]::new));
    }
}
