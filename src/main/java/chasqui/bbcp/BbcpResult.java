package chasqui.bbcp;

import java.util.List;

/**
 * How one run of bbcp ended.
 *
 * @param exit its code; 0 says success, any other only that there was none
 * @param stalled it was ended here because no byte moved for too long
 * @param lastLines what it said last, fit to be shown
 */
public record BbcpResult(int exit, boolean stalled, List<String> lastLines) {
    public boolean succeeded() {
        return exit == 0 && !stalled;
    }

    /** For the end of a message. */
    String said() {
        return lastLines.isEmpty() ? "bbcp said nothing" : "bbcp said: " + String.join(" | ", lastLines);
    }
}
