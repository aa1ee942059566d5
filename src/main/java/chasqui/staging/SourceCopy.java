package chasqui.staging;

/**
 * A copy of a package to read.
 *
 * @param path below the location's root, percent-encoded, or below its prefix
 */
record SourceCopy(long id, long location, String path) {}
