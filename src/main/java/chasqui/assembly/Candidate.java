package chasqui.assembly;

/**
 * A package that could travel.
 *
 * @param copyId its copy at the buffer
 * @param siteId site of the buffer
 * @param waited it has waited as long as a package may
 */
record Candidate(
        long packageId,
        long copyId,
        long bufferId,
        long siteId,
        long instrumentId,
        long sizeBytes,
        int priority,
        boolean waited) {}
