package chasqui.command;

import chasqui.inspection.Trace;
import chasqui.inspection.TraceAnswer;
import chasqui.inspection.TraceReader;
import chasqui.inspection.TraceText;
import java.io.PrintStream;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui trace FILE|PACKAGE [--json]}: its whole life. */
public final class TraceReport {
    private final TraceReader reader;
    private final PrintStream out;
    private final PrintStream err;

    public TraceReport(Jdbi database, PrintStream out, PrintStream err) {
        this.reader = new TraceReader(database);
        this.out = out;
        this.err = err;
    }

    /**
     * @param name path, end of a path, package name or UUID
     * @return exit code: 0 traced, 1 nothing has this name, 2 several things have it (they are listed)
     */
    public int run(String name, boolean json) {
        TraceAnswer answer = reader.find(name);
        if (answer.isUnknown()) {
            err.println("nothing was filed or packaged under \"" + name + "\": give a path as it is below its source's "
                    + "root, the end of one, a package's name or a UUID");
            return 1;
        }
        Trace trace = answer.trace();
        if (trace == null) {
            Answer.print(json, out, answer, () -> out.print(TraceText.of(answer)));
            return 2;
        }
        Answer.print(json, out, trace, () -> out.print(TraceText.of(trace)));
        return 0;
    }
}
