package chasqui.command;

import chasqui.preflight.Finding;
import chasqui.preflight.Looked;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code chasqui preflight [SITE/LOCATION] [--json]}: what was tried here, and what came of it. */
public final class PreflightReport {
    private final PrintStream out;
    private final PrintStream err;

    public PreflightReport(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** One line, or one member, of the answer. */
    private record Line(String location, String check, boolean passed, List<String> stops, String reason) {}

    /** @return exit code: 0 work can be done at all of them, 1 some work cannot be done, 2 there is no such location */
    public int run(List<Looked> looked, String asked, boolean json) {
        if (looked.isEmpty()) {
            err.println("chasqui: no data location in service is called " + asked
                    + ", or chasqui.worker.locations does not reach it; chasqui queues lists them");
            return ChasquiCommand.REFUSED;
        }
        List<Line> lines = lines(looked);
        Answer.print(json, out, Map.of("checks", lines), () -> lines.forEach(this::print));
        return lines.stream().allMatch(line -> line.stops.isEmpty()) ? ChasquiCommand.DONE : ChasquiCommand.FAILED;
    }

    private static List<Line> lines(List<Looked> looked) {
        List<Line> lines = new ArrayList<>();
        for (Looked one : looked) {
            String location = one.location().label();
            if (one.ended() && one.findings().isEmpty()) {
                lines.add(new Line(location, one.check().name(), true, List.of(), null));
            }
            if (!one.ended()) {
                lines.add(new Line(
                        location,
                        one.check().name(),
                        false,
                        one.check().stops(),
                        "nothing is known: no answer, or the database could not be asked"));
            }
            for (Finding finding : one.findings()) {
                lines.add(new Line(location, finding.check(), false, finding.stops(), finding.reason()));
            }
        }
        return lines;
    }

    private void print(Line line) {
        String state = line.passed ? "ok" : line.stops.isEmpty() ? "look" : "FAILS";
        String rest = line.passed ? "" : ": " + line.reason.replaceAll("\\p{Cntrl}", "?");
        out.printf("%-5s  %s  %s%s%n", state, line.location, line.check, rest);
    }
}
