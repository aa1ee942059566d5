package chasqui.command;

import chasqui.inspection.QueueReader;
import chasqui.runtime.QueueWatch;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.Jdbi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows every node. */
@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        description = "Shows every process of this system: alive or not, roles, data locations, version, load, clock.")
public final class NodesCommand implements Callable<Integer> {
    @Mixin
    private LookOptions options;

    @Override
    public Integer call() {
        return options.look((foundation, settings) -> {
            Jdbi database = foundation.database().jdbi();
            QueueReader queues = new QueueReader(database, QueueWatch.unclaimedAfter(settings));
            return new NodesReport(database, queues, System.out).run(options.json());
        });
    }
}
