package chasqui.pipeline;

import java.util.regex.Pattern;

/**
 * A kind of work, as in the table {@code operation_type}. Open on purpose: a new stage adds a row and a constant of its
 * own.
 *
 * @param name lower case with underscores; the last part of the queue's name and the id of the worker's route template
 */
public record OperationType(String name) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    public OperationType {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "operation type \"" + name + "\": wants lower case letters, digits, underscores");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
