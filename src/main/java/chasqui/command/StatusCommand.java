package chasqui.command;

import chasqui.runtime.Foundation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows how everything stands. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows what every stage has before it, what fails or waits and why, and what lies where.")
public final class StatusCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options;

    @Option(names = "--json", description = "One JSON document (docs/formats.md).")
    private boolean json;

    @Override
    public Integer call() {
        try (Foundation foundation = Foundation.lookInto(options.checked())) {
            return new StatusReport(foundation.database().jdbi(), System.out).run(json);
        }
    }
}
