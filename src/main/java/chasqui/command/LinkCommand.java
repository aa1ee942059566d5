package chasqui.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The ways from site to site. */
@Command(
        name = "link",
        mixinStandardHelpOptions = true,
        description = "The ways from site to site: how they stand; stops one and lets it go again.",
        subcommands = {LinkCommand.Show.class, LinkCommand.Pause.class, LinkCommand.Resume.class})
public final class LinkCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "chasqui link wants a command: list, pause or resume");
    }

    /** Shows every link. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows every link: what is under way, what waits, and whether it is open or why not.")
    static final class Show implements Callable<Integer> {
        @Mixin
        private LookOptions options;

        @Override
        public Integer call() {
            return options.ask(database -> new LinkRequest(database, System.out, System.err).list(options.json()));
        }
    }

    /** Stops a link. */
    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Nothing begins on this link any more; what is under way ends.")
    static final class Pause implements Callable<Integer> {
        @Mixin
        private SettingsOptions options;

        @Parameters(index = "0", paramLabel = "FROM", description = "Short name of a site.")
        private String from;

        @Parameters(index = "1", paramLabel = "TO", description = "Short name of a site.")
        private String to;

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Shown to whoever asks.")
        private String reason;

        @Override
        public Integer call() {
            return options.ask(database ->
                    new LinkRequest(database, System.out, System.err).pause(from, to, Person.here(), reason));
        }
    }

    /** Lets a link go again. */
    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Transfers go over this link again.")
    static final class Resume implements Callable<Integer> {
        @Mixin
        private SettingsOptions options;

        @Parameters(index = "0", paramLabel = "FROM", description = "Short name of a site.")
        private String from;

        @Parameters(index = "1", paramLabel = "TO", description = "Short name of a site.")
        private String to;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Kept in the audit.")
        private String reason;

        @Override
        public Integer call() {
            return options.ask(database ->
                    new LinkRequest(database, System.out, System.err).resume(from, to, Person.here(), reason));
        }
    }
}
