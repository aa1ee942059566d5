package chasqui.command;

import chasqui.runtime.Foundation;
import chasqui.runtime.OwnGround;
import chasqui.runtime.Surrounding;
import chasqui.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sites, data locations and transfer routes. */
@Command(
        name = "topology",
        mixinStandardHelpOptions = true,
        description = "Sites, data locations and transfer routes.",
        subcommands = {TopologyCommand.Plan.class, TopologyCommand.Apply.class, TopologyCommand.Show.class})
public final class TopologyCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "chasqui topology wants a command: plan, apply or show");
    }

    /** Tells what a file would change. */
    @Command(
            name = "plan",
            mixinStandardHelpOptions = true,
            description = "Tells what applying a topology file would change, and why it would be refused.",
            footer = {"", "Exit codes: 0 no change, 1 failed, 2 it would be refused, 3 it would change something."})
    static final class Plan implements Callable<Integer> {
        @Mixin
        private LookOptions options;

        @Parameters(paramLabel = "FILE.yaml", description = "The topology; see docs/topology.md.")
        private Path file;

        @Override
        public Integer call() {
            return options.look((foundation, settings) -> new TopologyPlanned(
                            foundation.database().jdbi(),
                            Surrounding.of(foundation.home(), settings),
                            System.out,
                            System.err)
                    .run(file, options.json()));
        }
    }

    /** Shows what the database has. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "The topology as the database has it, and what is wrong with it.")
    static final class Show implements Callable<Integer> {
        @Mixin
        private LookOptions options;

        @Override
        public Integer call() {
            return options.look((foundation, settings) -> new TopologyShown(
                            foundation.database().jdbi(), Surrounding.of(foundation.home(), settings), System.out)
                    .run(options.json()));
        }
    }

    /** Makes the database's topology that of a file. */
    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description = "Checks a topology file and makes it the topology; lists every problem at once."
                    + " At a terminal it shows the plan and asks.")
    static final class Apply implements Callable<Integer> {
        @Mixin
        private SettingsOptions options;

        @Parameters(paramLabel = "FILE.yaml", description = "The topology; see docs/topology.md.")
        private Path file;

        @Option(
                names = {"-y", "--yes"},
                description = "Do not ask.")
        private boolean yes;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            if (!Files.isReadable(file)) {
                throw new ParameterException(
                        spec.commandLine(), file + ": there is no such file, or it cannot be read; check the path");
            }
            Settings settings = options.checked();
            try (Foundation foundation = Foundation.openOrJoinWithObjects(settings)) {
                TopologyApply apply = new TopologyApply(
                        foundation.database().jdbi(),
                        Surrounding.of(foundation.home(), settings),
                        System.out,
                        System.err);
                // A script has no terminal, and nobody there to answer.
                boolean asks = !yes && System.console() != null;
                int exit = asks ? apply.runAsking(file, Person.here(), Apply::agreed) : apply.run(file, Person.here());
                if (exit == ChasquiCommand.DONE) {
                    OwnGround.prepare(foundation);
                }
                return exit;
            }
        }

        private static boolean agreed() {
            String answer = System.console().readLine("Apply it? [y/N] ");
            return answer != null && List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
        }
    }
}
