package chasqui.command;

import chasqui.inspection.QueueReader;
import chasqui.runtime.QueueWatch;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows every queue. */
@Command(
        name = "queues",
        mixinStandardHelpOptions = true,
        description =
                "Shows every queue: what is due, in hand and waiting, how old it is, who serves it, and what stands still.")
public final class QueuesCommand implements Callable<Integer> {
    @Mixin
    private LookOptions options;

    @Override
    public Integer call() {
        return options.look((foundation, settings) -> {
            QueueReader reader = new QueueReader(foundation.database().jdbi(), QueueWatch.unclaimedAfter(settings));
            return new QueuesReport(reader, System.out).run(options.json());
        });
    }
}
