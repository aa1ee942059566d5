package chasqui.command;

import chasqui.inspection.InspectionJson;
import java.io.PrintStream;

/** What a command found, told to a script or to a person. */
final class Answer {
    private Answer() {}

    /** @param text prints the same for a person */
    static void print(boolean json, PrintStream out, Object document, Runnable text) {
        if (json) {
            out.println(InspectionJson.write(document));
        } else {
            text.run();
        }
    }
}
