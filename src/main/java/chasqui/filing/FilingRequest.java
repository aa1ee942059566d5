package chasqui.filing;

import java.nio.file.Path;

/**
 * A folder to file.
 *
 * @param directory below the root of an active SOURCE location
 * @param module null: the instrument's only module
 * @param observation name of the executed observation unit, made on first use
 * @param finished the observation is complete with these files: packaging need not wait for more
 */
public record FilingRequest(Path directory, String instrument, String module, String observation, boolean finished) {
    private static final int LONGEST_NAME = 200;

    public FilingRequest {
        if (observation.isBlank() || observation.length() > LONGEST_NAME) {
            throw new FilingRefused("observation \"" + observation + "\": its name must have 1 to " + LONGEST_NAME
                    + " characters; give a shorter one that is not empty");
        }
        if (observation.codePoints().anyMatch(Character::isISOControl)) {
            throw new FilingRefused("observation: its name holds control characters; leave them out");
        }
    }
}
