package chasqui.topology;

import chasqui.pipeline.OperationType;

/**
 * One kind of work at one data location.
 *
 * @param name {@code {site}_{location}_{operation type}}
 * @param stage number of the stage whose work it is
 */
public record Queue(String name, OperationType type, DataLocation location, int stage) {
    @Override
    public String toString() {
        return name;
    }
}
