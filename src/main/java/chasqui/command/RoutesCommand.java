package chasqui.command;

import chasqui.runtime.RoutesLook;
import chasqui.runtime.routes.Problem;
import chasqui.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The route files. */
@Command(
        name = "routes",
        mixinStandardHelpOptions = true,
        description = "The route files.",
        subcommands = RoutesCommand.Check.class)
public final class RoutesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "chasqui routes wants a command: check");
    }

    /** Says what a service would say to a folder of route files. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Checks route files as a service does before it runs them, without a service or database;%n"
                    + "lists every problem with its file and line.",
            footer = "Exit codes: 0 they can be run, 2 they cannot.")
    static final class Check implements Callable<Integer> {
        @Mixin
        private SettingsOptions options;

        @Parameters(arity = "0..1", paramLabel = "DIR", description = "Their folder (default: chasqui.routes).")
        private Path folder;

        @Override
        public Integer call() throws IOException {
            Settings settings = options.read(
                    folder == null
                            ? Map.of()
                            : Map.of("chasqui.routes", folder.toAbsolutePath().toString()));
            settings.requireValid();
            try (RoutesLook look = new RoutesLook(settings)) {
                List<Problem> problems = look.problems();
                problems.forEach(System.err::println);
                if (problems.isEmpty()) {
                    System.out.println("the routes in " + look.folder() + " can be run");
                    return ChasquiCommand.DONE;
                }
                System.err.println("chasqui: the routes in " + look.folder() + " have " + problems.size()
                        + (problems.size() == 1 ? " problem" : " problems") + "; a service goes on with those it runs");
                return ChasquiCommand.REFUSED;
            }
        }
    }
}
