package chasqui.command;

import chasqui.runtime.Foundation;
import chasqui.runtime.OwnGround;
import chasqui.runtime.Surrounding;
import chasqui.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sites, data locations and transfer routes. */
@Command(
        name = "topology",
        mixinStandardHelpOptions = true,
        description = "Sites, data locations and transfer routes.",
        subcommands = TopologyCommand.Apply.class)
public final class TopologyCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "chasqui topology wants a command: apply");
    }

    /** Makes the database's topology that of a file. */
    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description = "Checks a topology file and makes it the topology; lists every problem at once.")
    static final class Apply implements Callable<Integer> {
        @Mixin
        private SettingsOptions options;

        @Parameters(paramLabel = "FILE.yaml", description = "The topology; see docs/topology.md.")
        private Path file;

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
                int exit = new TopologyApply(
                                foundation.database().jdbi(),
                                Surrounding.of(foundation.home(), settings),
                                System.out,
                                System.err)
                        .run(file, Person.here());
                if (exit == ChasquiCommand.DONE) {
                    OwnGround.prepare(foundation);
                }
                return exit;
            }
        }
    }
}
