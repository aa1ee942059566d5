package chasqui.storage;

import java.time.Duration;

/**
 * How long the commands of a tape library may take.
 *
 * @param answer longest time for an answer that needs no tape
 * @param mount longest time until a tape is in a drive and wound, also the longest time without a byte in a recall
 * @param slowestBytesPerSecond what a drive that works never falls below, 1 or more
 */
public record TapeLimits(Duration answer, Duration mount, long slowestBytesPerSecond) {
    Duration moving(long sizeBytes) {
        return mount.plusSeconds(sizeBytes / slowestBytesPerSecond);
    }
}
