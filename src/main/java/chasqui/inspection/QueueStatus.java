package chasqui.inspection;

import java.util.List;

/**
 * How one queue stands.
 *
 * @param location {@code site/location}
 * @param stage 0 to 7, or the number of a further one
 * @param active location and site are in service
 * @param due operations that a worker could claim now and nobody was told of; {@code scheduled}: that somebody was told of
 * @param waiting operations that are parked, or pause before their next attempt
 * @param oldestSeconds age of the oldest of all of these, 0 when there is none
 * @param nodes living nodes that serve it, by name
 * @param unclaimedSeconds how long nobody has claimed any of the due work, nothing being in progress; null: that is not so
 * @param warning what somebody should do something about; null: nothing
 */
public record QueueStatus(
        String queue,
        String location,
        String type,
        int stage,
        boolean active,
        long due,
        long scheduled,
        long inProgress,
        long waiting,
        long oldestSeconds,
        List<String> nodes,
        Long unclaimedSeconds,
        String warning) {
    /** Whether there is work that nobody does, for longer than it may be so. */
    public boolean standsStill() {
        return warning != null && unclaimedSeconds != null;
    }
}
