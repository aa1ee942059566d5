package chasqui.command;

import chasqui.api.Role;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Who else may ask this system for something. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Tokens with which other programs come in: makes one, shows what there is, ends one.",
        subcommands = {TokenCommand.Create.class, TokenCommand.Show.class, TokenCommand.Revoke.class})
public final class TokenCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "chasqui token wants a command: create, list or revoke");
    }

    /** Makes a token and shows it, once. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Makes a token and prints it, alone on standard output. It is shown this once.")
    static final class Create implements Callable<Integer> {
        @Mixin
        private SettingsOptions options;

        @Parameters(paramLabel = "NAME", description = "Who gets it, such as prime-cam-acquisition.")
        private String name;

        @Option(
                names = "--role",
                required = true,
                paramLabel = "ROLE",
                description = "instrument, scientist, operator or admin.")
        private Role role;

        @Option(
                names = "--instrument",
                paramLabel = "NAME",
                description = "The only one that a token of role instrument files for (default: any).")
        private String instrument;

        @Option(names = "--days", paramLabel = "NUMBER", description = "Ends after so many days (default: never).")
        private Integer days;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            if (days != null && (days < 1 || days > 36_500)) {
                throw new ParameterException(spec.commandLine(), "--days wants a number from 1 to 36500");
            }
            Duration lasts = days == null ? null : Duration.ofDays(days);
            return options.ask(database -> new TokenRequest(database, System.out, System.err)
                    .create(name, role, instrument, lasts, Person.here()));
        }
    }

    /** Shows every token, without the tokens themselves. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows every token that was made.")
    static final class Show implements Callable<Integer> {
        @Mixin
        private SettingsOptions options;

        @Override
        public Integer call() {
            return options.ask(database -> new TokenRequest(database, System.out, System.err).list());
        }
    }

    /** Ends a token. */
    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Ends a token for good: nobody comes in with it any more.")
    static final class Revoke implements Callable<Integer> {
        @Mixin
        private SettingsOptions options;

        @Parameters(paramLabel = "NAME", description = "Of the token, as chasqui token list shows it.")
        private String name;

        @Override
        public Integer call() {
            return options.ask(
                    database -> new TokenRequest(database, System.out, System.err).revoke(name, Person.here()));
        }
    }
}
