package chasqui.bench;

/**
 * How long one sending of all packages took, by the database's clock.
 *
 * @param seconds from the first claim until the last bytes lay at the destination
 * @param provenSeconds from the same moment until everything was read back and in place
 */
record Sent(double seconds, double provenSeconds) {}
