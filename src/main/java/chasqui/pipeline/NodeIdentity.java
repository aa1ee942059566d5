package chasqui.pipeline;

import java.util.UUID;

/**
 * This process among the nodes.
 *
 * @param name stable across restarts
 * @param bootId new at every start: tells a dead incarnation from the living one
 */
public record NodeIdentity(String name, UUID bootId) {
    public static NodeIdentity starting(String name) {
        return new NodeIdentity(name, UUID.randomUUID());
    }
}
