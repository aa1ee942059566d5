package chasqui.command;

import chasqui.topology.Surroundings;
import chasqui.topology.TopologyChange;
import chasqui.topology.TopologyChange.Kind;
import chasqui.topology.TopologyPlan;
import chasqui.topology.TopologyUpdate;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui topology plan}: tells what a topology file would change. */
public final class TopologyPlanned {
    /** The file differs from what the database has, and could be applied. */
    static final int CHANGES = 3;

    private final TopologyUpdate update;
    private final PrintStream out;
    private final PrintStream err;

    public TopologyPlanned(Jdbi database, Surroundings surroundings, PrintStream out, PrintStream err) {
        this.update = new TopologyUpdate(database, surroundings);
        this.out = out;
        this.err = err;
    }

    /** @return exit code: 0 no change, 2 it would be refused, 3 it would change something */
    public int run(Path file, boolean json) {
        TopologyPlan plan = update.plan(file);
        Answer.print(json, out, plan, () -> print(plan, out, err));
        return !plan.problems().isEmpty()
                ? ChasquiCommand.REFUSED
                : plan.changes().isEmpty() ? ChasquiCommand.DONE : CHANGES;
    }

    static void print(TopologyPlan plan, PrintStream out, PrintStream err) {
        changes(plan.changes(), out);
        plan.effects().forEach(effect -> out.println("→ " + effect));
        warnings(plan, out);
        if (!plan.problems().isEmpty()) {
            err.println(plan.file() + " would be refused:\n  " + String.join("\n  ", plan.problems()));
        } else if (plan.changes().isEmpty()) {
            out.println(plan.file() + ": no change");
        } else {
            out.println(plan.file() + " would change: " + counts(plan.changes()));
        }
    }

    static void warnings(TopologyPlan plan, PrintStream to) {
        plan.warnings().forEach(warning -> to.println("WARNING: " + warning));
    }

    static void changes(List<TopologyChange> changes, PrintStream out) {
        changes.forEach(change -> out.printf(Locale.ROOT, "%-12s%s%n", word(change.kind()), change));
    }

    static String counts(List<TopologyChange> changes) {
        return "%d added, %d changed, %d deactivated"
                .formatted(count(changes, Kind.ADDED), count(changes, Kind.CHANGED), count(changes, Kind.DEACTIVATED));
    }

    private static long count(List<TopologyChange> changes, Kind kind) {
        return changes.stream().filter(change -> change.kind() == kind).count();
    }

    private static String word(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
