package chasqui.command;

import chasqui.topology.Surroundings;
import chasqui.topology.TopologyChange;
import chasqui.topology.TopologyPlan;
import chasqui.topology.TopologyRefused;
import chasqui.topology.TopologyUpdate;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Jdbi;

/** Applies a topology file and tells what became of it. */
public final class TopologyApply {

    private final TopologyUpdate update;
    private final PrintStream out;
    private final PrintStream problems;

    /** @param problems where a refusal is printed */
    public TopologyApply(Jdbi database, Surroundings surroundings, PrintStream out, PrintStream problems) {
        this.update = new TopologyUpdate(database, surroundings);
        this.out = out;
        this.problems = problems;
    }

    /**
     * @param who for the audit
     * @return exit code: 0 applied or nothing to change, 2 refused
     */
    public int run(Path file, String who) {
        try {
            TopologyPlan plan = update.plan(file);
            // Before: nodes follow within seconds of the change.
            TopologyPlanned.warnings(plan, problems);
            List<TopologyChange> changes = update.apply(file, who);
            TopologyPlanned.changes(changes, out);
            applied(file, changes);
            return ChasquiCommand.DONE;
        } catch (TopologyRefused e) {
            problems.println(e.getMessage());
            return ChasquiCommand.REFUSED;
        }
    }

    /**
     * The same for a person: shows the plan first.
     *
     * @param agrees asks, once the plan was shown
     * @return exit code: 1 when the person did not agree
     */
    public int runAsking(Path file, String who, BooleanSupplier agrees) {
        TopologyPlan plan = update.plan(file);
        if (plan.changes().isEmpty() || !plan.problems().isEmpty()) {
            return run(file, who);
        }
        TopologyPlanned.print(plan, out, problems);
        if (!agrees.getAsBoolean()) {
            out.println("nothing was changed");
            return ChasquiCommand.FAILED;
        }
        try {
            applied(file, update.apply(file, who, plan.changes()));
            return ChasquiCommand.DONE;
        } catch (TopologyRefused e) {
            problems.println(e.getMessage());
            return ChasquiCommand.REFUSED;
        }
    }

    private void applied(Path file, List<TopologyChange> changes) {
        out.println(changes.isEmpty() ? file + ": no change" : file + " applied: " + TopologyPlanned.counts(changes));
    }
}
