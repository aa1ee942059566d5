package chasqui.command;

import chasqui.database.SchemaMismatch;
import chasqui.runtime.routes.RoutesRefused;
import chasqui.settings.SettingsRefused;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands of {@code chasqui}. */
@Command(
        name = "chasqui",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Moves an observatory's data from the instrument to the long-term archive,%n"
                + "and cleans up behind itself, without ever losing a byte.",
        footer = {
            "",
            "Exit codes: 0 done, 1 failed, 2 refused: wrong usage, settings, files or versions.",
            "Start with: chasqui demo",
        },
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            TopologyCommand.class,
            RoutesCommand.class,
            FileCommand.class,
            StageCommand.class,
            LinkCommand.class,
            TokenCommand.class,
            LocationCommand.class,
            NodesCommand.class,
            QueuesCommand.class,
            PreflightCommand.class,
            StatusCommand.class,
            TraceCommand.class,
            BenchCommand.class,
            HelpCommand.class
        })
public final class ChasquiCommand implements Runnable {
    /** A command did what it was asked. */
    public static final int DONE = 0;
    /** A command could not do what it was asked; it said why. */
    public static final int FAILED = 1;
    /** What was asked is wrong as it stands, its arguments, settings or files; nothing was done. */
    public static final int REFUSED = 2;

    @Spec
    private CommandSpec spec;

    /**
     * Runs one command.
     *
     * @return 0 done, 1 failed, 2 refused: wrong usage, settings, files or versions
     */
    public static int execute(String... arguments) {
        CommandLine commands = new CommandLine(new ChasquiCommand());
        nameVersion(commands);
        return commands.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("chasqui: " + message(failure));
                    LoggerFactory.getLogger(ChasquiCommand.class).debug("the command failed", failure);
                    return isRefused(failure) ? REFUSED : FAILED;
                })
                .execute(arguments);
    }

    /** picocli gives {@code --version} to every command, and the version to none but the first. */
    private static void nameVersion(CommandLine command) {
        command.getCommandSpec().versionProvider(new VersionText());
        command.getSubcommands().values().forEach(ChasquiCommand::nameVersion);
    }

    /** Another try would end in the same way until somebody changes something on this machine. */
    private static boolean isRefused(Throwable failure) {
        return failure instanceof SettingsRefused
                || failure instanceof RoutesRefused
                || failure instanceof SchemaMismatch mismatch && !mismatch.retryable();
    }

    private static String message(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? One of the list below.");
    }
}
