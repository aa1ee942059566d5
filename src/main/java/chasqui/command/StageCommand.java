package chasqui.command;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks for archived packages to be brought to where they are processed. */
@Command(
        name = "stage",
        mixinStandardHelpOptions = true,
        description = "Brings archived packages to where they are processed, or gives them back.")
public final class StageCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options;

    @Parameters(paramLabel = "PACKAGE", arity = "1..*", description = "Names of raw data packages.")
    private List<String> packages;

    @Option(names = "--to", required = true, paramLabel = "SITE/LOCATION", description = "A PROCESSING location.")
    private String location;

    @Option(names = "--release", description = "The staged copies are needed no longer.")
    private boolean release;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Kept with the request.")
    private String reason;

    @Override
    public Integer call() {
        return options.ask(database -> new StageRequest(database, System.out, System.err)
                .run(packages, location, release, Person.here(), reason));
    }
}
