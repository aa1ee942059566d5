package chasqui.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows the whole life of a file or package. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Shows the whole life of a file or package: every copy, checksum, operation and time.")
public final class TraceCommand implements Callable<Integer> {
    @Mixin
    private LookOptions options;

    @Parameters(
            paramLabel = "FILE|PACKAGE",
            description = "Path of a file or the end of one, name of a package, or the UUID of either.")
    private String name;

    @Override
    public Integer call() {
        return options.ask(database -> new TraceReport(database, System.out, System.err).run(name, options.json()));
    }
}
