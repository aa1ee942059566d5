package chasqui.topology;

/**
 * A site that keeps data for good: it is active and has an active buffer and an active long-term archive location.
 *
 * @param weight share of the primary transfers it receives, 0 to 1000; 0: never primary
 */
public record ArchiveSite(long siteId, String shortName, int weight) {}
