package chasqui.process;

import java.time.Duration;

/**
 * How a command ended. An exit code of 0 says that the program was content, and no more than that.
 *
 * @param exit its exit code, 128 + N where signal N ended it
 */
public record CommandEnd(How how, int exit, Duration took) {
    /** EXITED by itself; the others were ended by us. */
    public enum How {
        EXITED,
        TIME_LIMIT,
        STALLED
    }

    public boolean succeeded() {
        return how == How.EXITED && exit == 0;
    }

    @Override
    public String toString() {
        return switch (how) {
            case EXITED -> exit > 128 ? "was ended by signal " + (exit - 128) : "ended with exit code " + exit;
            case TIME_LIMIT -> "was ended after " + took.toSeconds() + " s, its time limit";
            case STALLED -> "was ended after " + took.toSeconds() + " s because it made no progress";
        };
    }
}
