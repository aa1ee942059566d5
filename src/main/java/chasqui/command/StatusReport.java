package chasqui.command;

import chasqui.inspection.Status;
import chasqui.inspection.StatusReader;
import chasqui.inspection.StatusText;
import chasqui.pipeline.JournalContents;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.io.PrintStream;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui status [--json]}: how everything stands. */
public final class StatusReport {
    private final StatusReader reader;
    private final JournalContents results;
    private final PrintStream out;

    private record Document(@JsonUnwrapped Status status, JournalContents results) {}

    /** @param results those that wait in the home where the command is given */
    public StatusReport(Jdbi database, JournalContents results, PrintStream out) {
        this.results = results;
        this.reader = new StatusReader(database);
        this.out = out;
    }

    /** @return exit code: 0, also when something has failed or waits */
    public int run(boolean json) {
        Status status = reader.read();
        Answer.print(json, out, new Document(status, results), () -> out.print(StatusText.of(status)));
        return 0;
    }
}
