package chasqui.inspection;

import java.util.List;
import java.util.Locale;

/** Nodes as text for people. */
public final class NodeText {
    /** Title of what preflights found. */
    static final String FAILED = "Locations that fail their preflight";

    private NodeText() {}

    /** Ends with a line end. */
    public static String of(List<NodeStatus> nodes) {
        TextTable table = table(nodes);
        if (table.isEmpty()) {
            return "no process of this system has run yet\n";
        }
        TextTable findings = findings(nodes);
        return findings.isEmpty() ? table.toString() : table + "\n" + FAILED + "\n" + findings;
    }

    static TextTable findings(List<NodeStatus> nodes) {
        TextTable table = new TextTable("node", "location", "check", "since", "meanwhile", "why");
        for (NodeStatus node : nodes) {
            for (LocationFinding finding : node.findings()) {
                table.row(
                        finding.node(),
                        finding.location(),
                        finding.check(),
                        finding.since(),
                        finding.meanwhile(),
                        finding.reason());
            }
        }
        return table;
    }

    static TextTable table(List<NodeStatus> nodes) {
        TextTable table = new TextTable(
                "node",
                "",
                ">heard of",
                "host",
                "version",
                "roles",
                "locations",
                ">works on",
                ">load",
                ">clock",
                "look at");
        for (NodeStatus node : nodes) {
            table.row(
                    node.name(),
                    node.state(),
                    TextTable.age(node.silentSeconds()) + " ago",
                    node.host(),
                    node.version(),
                    String.join(",", node.roles()),
                    String.join(",", node.locations()),
                    node.alive() ? node.held() : "",
                    node.alive() ? load(node) : "",
                    node.alive() ? offset(node.clockOffsetMillis()) : "",
                    String.join("; ", node.warnings()));
        }
        return table;
    }

    private static String load(NodeStatus node) {
        return node.loadAverage() == null
                ? ""
                : String.format(Locale.ROOT, "%.1f of %d", node.loadAverage(), node.processors());
    }

    private static String offset(Long millis) {
        return millis == null ? "" : String.format(Locale.ROOT, "%+.1f s", millis / 1000.0);
    }
}
