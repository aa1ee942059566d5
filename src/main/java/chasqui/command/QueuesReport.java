package chasqui.command;

import chasqui.inspection.QueueReader;
import chasqui.inspection.QueueStatus;
import chasqui.inspection.QueueText;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** {@code chasqui queues [--json]}: what every queue holds, and who serves it. */
public final class QueuesReport {
    private final QueueReader reader;
    private final PrintStream out;

    public QueuesReport(QueueReader reader, PrintStream out) {
        this.reader = reader;
        this.out = out;
    }

    /** @return exit code: 0, also when a queue stands still */
    public int run(boolean json) {
        List<QueueStatus> queues = reader.read();
        Answer.print(json, out, Map.of("queues", queues), () -> out.print(QueueText.of(queues)));
        return 0;
    }
}
