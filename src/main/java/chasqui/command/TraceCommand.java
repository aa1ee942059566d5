package chasqui.command;

import chasqui.runtime.Foundation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the whole life of a file or package. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Shows the whole life of a file or package: every copy, checksum, operation and time.")
public final class TraceCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options;

    @Parameters(
            paramLabel = "FILE|PACKAGE",
            description = "Path of a file or the end of one, name of a package, or the UUID of either.")
    private String name;

    @Option(names = "--json", description = "One JSON document (docs/formats.md).")
    private boolean json;

    @Override
    public Integer call() {
        try (Foundation foundation = Foundation.lookInto(options.checked())) {
            return new TraceReport(foundation.database().jdbi(), System.out, System.err).run(name, json);
        }
    }
}
