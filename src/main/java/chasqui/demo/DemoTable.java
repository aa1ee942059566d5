package chasqui.demo;

import chasqui.pipeline.Stage;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;

/** The demo's last word: a table of stages, and what was refused. */
final class DemoTable {
    private static final double MIB = 1024.0 * 1024.0;
    private static final int MOST_NAMED = 50;

    private final PrintStream out;
    private final PrintStream err;

    DemoTable(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    void print(DemoResult result) {
        out.printf("%n%-14s %8s %12s %11s %9s %10s%n", "stage", "files", "MiB", "operations", "seconds", "MiB/s");
        for (Map.Entry<Stage, StageCost> entry : result.costs().entrySet()) {
            StageCost cost = entry.getValue();
            long files = entry.getKey() == Stage.FILING
                    ? cost.operations()
                    : result.last().passed().get(entry.getKey()).files();
            out.printf(
                    Locale.ROOT,
                    "%d %-12s %8d %12.1f %11s %9.2f %10s%n",
                    entry.getKey().ordinal(),
                    entry.getKey().packageName(),
                    files,
                    cost.bytes() / MIB,
                    entry.getKey() == Stage.FILING ? "-" : Long.toString(cost.operations()),
                    cost.seconds(),
                    cost.seconds() > 0 ? String.format(Locale.ROOT, "%.1f", cost.bytes() / MIB / cost.seconds()) : "-");
        }
        DemoTotals totals = result.totals();
        out.printf(
                Locale.ROOT,
                "%n%s (%.1f MiB) in %s, %.1f s%n%s, %s deleted, %d refused%n",
                count(totals.files(), "file", "files"),
                totals.bytes() / MIB,
                count(totals.packages(), "package", "packages"),
                totals.seconds(),
                count(totals.archiveCopies(), "verified archive copy", "verified archive copies"),
                count(totals.sourceDeleted(), "source file", "source files"),
                totals.refused());
        name("warning", result.warnings());
        name("refused", result.refused());
    }

    private static String count(long n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }

    private void name(String what, java.util.List<String> lines) {
        lines.stream().limit(MOST_NAMED).forEach(line -> err.println(what + ": " + line));
        if (lines.size() > MOST_NAMED) {
            err.println(what + ": and " + (lines.size() - MOST_NAMED) + " more");
        }
    }
}
