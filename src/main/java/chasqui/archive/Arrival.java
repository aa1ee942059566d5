package chasqui.archive;

/**
 * A package that a data transfer brought straight to the archive, where it is to be proven.
 *
 * @param incomingName what its bytes are called there; below the incoming folder, or, where there is none, its final name
 * @param sendCount how often it was sent so far, 1 or more
 */
record Arrival(long dataTransferId, String incomingName, int sendCount) {}
