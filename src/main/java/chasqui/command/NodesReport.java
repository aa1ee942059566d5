package chasqui.command;

import chasqui.inspection.NodeReader;
import chasqui.inspection.NodeStatus;
import chasqui.inspection.NodeText;
import chasqui.inspection.QueueReader;
import chasqui.inspection.QueueStatus;
import chasqui.inspection.QueueText;
import java.io.PrintStream;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui nodes [--json]}: who runs. */
public final class NodesReport {
    private final NodeReader nodes;
    private final QueueReader queues;
    private final PrintStream out;

    public NodesReport(Jdbi database, QueueReader queues, PrintStream out) {
        this.nodes = new NodeReader(database);
        this.queues = queues;
        this.out = out;
    }

    /** @return exit code: 0, also when a node is gone */
    public int run(boolean json) {
        List<NodeStatus> found = nodes.read();
        List<String> missing = NodeStatus.missingRoles(found);
        List<QueueStatus> still =
                queues.read().stream().filter(QueueStatus::standsStill).toList();
        Answer.print(json, out, new Found(found, missing, still), () -> print(found, missing, still));
        return 0;
    }

    /** The answer to a script. */
    private record Found(List<NodeStatus> nodes, List<String> missingRoles, List<QueueStatus> still) {}

    private void print(List<NodeStatus> found, List<String> missing, List<QueueStatus> still) {
        out.print(NodeText.of(found));
        missing.forEach(role -> out.println("\nno living node has the role " + role + ": " + NodeStatus.without(role)));
        if (!still.isEmpty()) {
            out.print("\nQueues with work that nobody does\n" + QueueText.of(still));
        }
    }
}
