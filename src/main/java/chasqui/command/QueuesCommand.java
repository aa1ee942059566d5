package chasqui.command;

import chasqui.inspection.QueueReader;
import chasqui.runtime.Foundation;
import chasqui.runtime.QueueWatch;
import chasqui.settings.Settings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows every queue. */
@Command(
        name = "queues",
        mixinStandardHelpOptions = true,
        description =
                "Shows every queue: what is due, in hand and waiting, how old it is, who serves it, and what stands still.")
public final class QueuesCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options;

    @Option(names = "--json", description = "One JSON document (docs/formats.md).")
    private boolean json;

    @Override
    public Integer call() {
        Settings settings = options.checked();
        try (Foundation foundation = Foundation.lookInto(settings)) {
            QueueReader reader = new QueueReader(foundation.database().jdbi(), QueueWatch.unclaimedAfter(settings));
            return new QueuesReport(reader, System.out).run(json);
        }
    }
}
