package chasqui.command;

import chasqui.inspection.QueueReader;
import chasqui.runtime.Foundation;
import chasqui.runtime.QueueWatch;
import chasqui.settings.Settings;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.Jdbi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows every node. */
@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        description = "Shows every process of this system: alive or not, roles, data locations, version, load, clock.")
public final class NodesCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options;

    @Option(names = "--json", description = "One JSON document (docs/formats.md).")
    private boolean json;

    @Override
    public Integer call() {
        Settings settings = options.checked();
        try (Foundation foundation = Foundation.lookInto(settings)) {
            Jdbi database = foundation.database().jdbi();
            QueueReader queues = new QueueReader(database, QueueWatch.unclaimedAfter(settings));
            return new NodesReport(database, queues, System.out).run(json);
        }
    }
}
