package chasqui.command;

import chasqui.pipeline.ChasquiException;
import chasqui.topology.Drains;
import java.io.PrintStream;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui location drain|activate}. */
public final class DrainRequest {
    private final Drains drains;
    private final PrintStream out;
    private final PrintStream err;

    public DrainRequest(Jdbi database, PrintStream out, PrintStream err) {
        this.drains = new Drains(database);
        this.out = out;
        this.err = err;
    }

    /** @return exit code: 0 draining, 2 refused, with the reason on the error stream */
    public int drain(String place, String who, String reason) {
        try {
            List<String> left = drains.drain(place, who, reason);
            out.println(place + " takes nothing new; "
                    + (left.isEmpty() ? "nothing is left there" : "left: " + String.join(", ", left)));
            return ChasquiCommand.DONE;
        } catch (ChasquiException refused) {
            err.println(refused.getMessage());
            return ChasquiCommand.REFUSED;
        }
    }

    /** @return exit code: 0 in use again or not draining at all, 2 refused */
    public int activate(String place, String who, String reason) {
        try {
            boolean drained = drains.activate(place, who, reason);
            out.println(place + (drained ? " is used again within seconds" : " did not drain"));
            return ChasquiCommand.DONE;
        } catch (ChasquiException refused) {
            err.println(refused.getMessage());
            return ChasquiCommand.REFUSED;
        }
    }
}
