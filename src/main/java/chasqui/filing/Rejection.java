package chasqui.filing;

import java.time.Instant;
import java.util.UUID;

/**
 * A file that was accepted and could not be registered.
 *
 * @param node that accepted it
 * @param path below the location's root, percent-encoded; empty: the word that the observation is complete
 * @param uuid what its instrument was told; null with an empty path
 * @param filedBy who asked; null: not known
 */
public record Rejection(
        String node,
        String location,
        String path,
        UUID uuid,
        String instrument,
        String observation,
        String filedBy,
        String reason,
        String remedy,
        Instant acceptedAt,
        Instant rejectedAt) {}
