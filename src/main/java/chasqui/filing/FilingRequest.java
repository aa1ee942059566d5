package chasqui.filing;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A folder to file.
 *
 * @param directory below the root of an active SOURCE location
 * @param module null: the instrument's only module
 * @param observation name of the executed observation unit, made on first use
 * @param priority of the observation, 0 to 1000000, lowest first; null: as it is, at first 100
 * @param finished the observation is complete with these files: packaging need not wait for more
 */
public record FilingRequest(
        Path directory, String instrument, String module, String observation, Integer priority, boolean finished) {
    private static final int LONGEST_NAME = 200;
    private static final int LARGEST_PRIORITY = 1_000_000;

    public FilingRequest(Path directory, String instrument, String module, String observation, boolean finished) {
        this(directory, instrument, module, observation, null, finished);
    }

    public FilingRequest {
        checkObservation(observation, priority);
    }

    /** @throws FilingRefused the name or the priority is not what it must be */
    static void checkObservation(String observation, Integer priority) {
        if (observation.isBlank() || observation.length() > LONGEST_NAME) {
            throw new FilingRefused("observation \"" + observation + "\": its name must have 1 to " + LONGEST_NAME
                    + " characters; give a shorter one that is not empty");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(observation)) {
            throw new FilingRefused("observation: its name holds half a character (a lone surrogate); write it whole");
        }
        if (observation.codePoints().anyMatch(Character::isISOControl)) {
            throw new FilingRefused("observation: its name holds control characters; leave them out");
        }
        if (priority != null && (priority < 0 || priority > LARGEST_PRIORITY)) {
            throw new FilingRefused(
                    "priority " + priority + ": wants a number from 0, most urgent, to " + LARGEST_PRIORITY);
        }
    }
}
