package chasqui.topology;

/**
 * An observatory, an archive centre or any other place that holds data locations.
 *
 * @param shortName lower case letters and digits; first part of its queues' names
 * @param ltaWeight share of the primary transfers it receives as an archive site, 0 to 1000; 0: never primary
 * @param draining nothing is sent or staged here any more beside what was decided before
 */
public record Site(long id, String shortName, String name, int ltaWeight, boolean active, boolean draining) {
    @Override
    public String toString() {
        return shortName;
    }
}
