package chasqui.command;

import chasqui.topology.Surroundings;
import chasqui.topology.TopologyChange;
import chasqui.topology.TopologyChange.Kind;
import chasqui.topology.TopologyRefused;
import chasqui.topology.TopologyUpdate;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
            print(file, update.apply(file, who));
            return ChasquiCommand.DONE;
        } catch (TopologyRefused e) {
            problems.println(e.getMessage());
            return ChasquiCommand.REFUSED;
        }
    }

    private void print(Path file, List<TopologyChange> changes) {
        if (changes.isEmpty()) {
            out.println(file + ": no change");
            return;
        }
        changes.forEach(change -> out.printf(Locale.ROOT, "%-12s%s%n", word(change.kind()), change));
        out.printf(
                Locale.ROOT,
                "%s applied: %d added, %d changed, %d deactivated%n",
                file,
                count(changes, Kind.ADDED),
                count(changes, Kind.CHANGED),
                count(changes, Kind.DEACTIVATED));
    }

    private static long count(List<TopologyChange> changes, Kind kind) {
        return changes.stream().filter(change -> change.kind() == kind).count();
    }

    private static String word(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
