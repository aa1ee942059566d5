package chasqui.command;

import chasqui.topology.StoredTopology;
import chasqui.topology.StoredTopology.Part;
import chasqui.topology.StoredTopology.Shown;
import chasqui.topology.Surroundings;
import java.io.PrintStream;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui topology show}: the topology as the database has it. */
public final class TopologyShown {
    private final StoredTopology topology;
    private final PrintStream out;

    public TopologyShown(Jdbi database, Surroundings surroundings, PrintStream out) {
        this.topology = new StoredTopology(database, surroundings);
        this.out = out;
    }

    /** @return exit code: 0, also when something is wrong with it */
    public int run(boolean json) {
        Shown shown = topology.show();
        Answer.print(json, out, shown, () -> print(shown));
        return ChasquiCommand.DONE;
    }

    private void print(Shown shown) {
        if (shown.parts().isEmpty()) {
            out.println("there is no topology yet; chasqui topology apply FILE.yaml brings one");
        }
        shown.parts().forEach(this::print);
        if (!shown.problems().isEmpty()) {
            out.println("\nWrong with it\n  " + String.join("\n  ", shown.problems()));
        }
    }

    private void print(Part part) {
        out.printf(
                Locale.ROOT,
                "%-10s%s: %s%n",
                part.state().toLowerCase(Locale.ROOT),
                part.name(),
                part.values().entrySet().stream()
                        .map(value -> value.getKey() + " " + value.getValue())
                        .collect(Collectors.joining(", ")));
    }
}
