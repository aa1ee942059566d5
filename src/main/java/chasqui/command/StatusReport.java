package chasqui.command;

import chasqui.inspection.Status;
import chasqui.inspection.StatusReader;
import chasqui.inspection.StatusText;
import java.io.PrintStream;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui status [--json]}: how everything stands. */
public final class StatusReport {
    private final StatusReader reader;
    private final PrintStream out;

    public StatusReport(Jdbi database, PrintStream out) {
        this.reader = new StatusReader(database);
        this.out = out;
    }

    /** @return exit code: 0, also when something has failed or waits */
    public int run(boolean json) {
        Status status = reader.read();
        Answer.print(json, out, status, () -> out.print(StatusText.of(status)));
        return 0;
    }
}
