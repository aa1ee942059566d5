package chasqui.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sites and data locations that run empty. */
@Command(
        name = "location",
        mixinStandardHelpOptions = true,
        description = "Lets a site or a data location run empty, and uses it again.",
        subcommands = {LocationCommand.Drain.class, LocationCommand.Activate.class})
public final class LocationCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "chasqui location wants a command: drain or activate");
    }

    /** Lets a place run empty. */
    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description =
                    "Nothing new is put there, new work goes to the next location of the site; what is there leaves as usual.")
    static final class Drain implements Callable<Integer> {
        @Mixin
        private SettingsOptions options;

        @Parameters(paramLabel = "SITE[/LOCATION]", description = "Short name of a site, or one of its locations.")
        private String place;

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Shown to whoever asks.")
        private String reason;

        @Override
        public Integer call() {
            return options.ask(
                    database -> new DrainRequest(database, System.out, System.err).drain(place, Person.here(), reason));
        }
    }

    /** Uses a place again. */
    @Command(name = "activate", mixinStandardHelpOptions = true, description = "It takes new work again.")
    static final class Activate implements Callable<Integer> {
        @Mixin
        private SettingsOptions options;

        @Parameters(paramLabel = "SITE[/LOCATION]", description = "Short name of a site, or one of its locations.")
        private String place;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Kept in the audit.")
        private String reason;

        @Override
        public Integer call() {
            return options.ask(database ->
                    new DrainRequest(database, System.out, System.err).activate(place, Person.here(), reason));
        }
    }
}
