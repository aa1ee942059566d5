package chasqui.command;

import chasqui.pipeline.ChasquiException;
import chasqui.recovery.Retirement;
import chasqui.recovery.Retirement.Retired;
import java.io.PrintStream;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui nodes forget}. */
public final class ForgetRequest {
    private final Retirement retirement;
    private final PrintStream out;
    private final PrintStream err;

    public ForgetRequest(Jdbi database, PrintStream out, PrintStream err) {
        this.retirement = new Retirement(database);
        this.out = out;
        this.err = err;
    }

    /** @return exit code: 0 forgotten, 2 refused, with the reason on the error stream */
    public int forget(String name, String who, String reason) {
        try {
            Retired gone = retirement.forget(name, who, reason);
            out.printf("%s is forgotten; it was last heard of at %s, on %s%n", name, gone.lastBeat(), gone.host());
            out.println(
                    gone.operations() == 0
                            ? "nothing was in its name"
                            : gone.operations() + " operations in its name go back to their queues when their leases"
                                    + " have run out, as a rule within two minutes"
                                    + (gone.monitored() ? "" : ", and only when a node with the role monitor runs"));
            out.println("its home may still hold what it accepted and did not register (filing), and results"
                    + " (journal): keep its disk, or start it once more, before you give that up");
            return ChasquiCommand.DONE;
        } catch (ChasquiException refused) {
            err.println(refused.getMessage());
            return ChasquiCommand.REFUSED;
        }
    }
}
