package chasqui.command;

import chasqui.inspection.QueueReader;
import chasqui.runtime.QueueWatch;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.Jdbi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows every node, and forgets one that is gone. */
@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        description = "Shows every process of this system: alive or not, roles, data locations, version, load, clock.",
        subcommands = NodesCommand.Forget.class)
public final class NodesCommand implements Callable<Integer> {
    @Mixin
    private LookOptions options;

    @Override
    public Integer call() {
        return options.look((foundation, settings) -> {
            Jdbi database = foundation.database().jdbi();
            QueueReader queues = new QueueReader(database, QueueWatch.unclaimedAfter(settings));
            return new NodesReport(database, queues, System.out).run(options.json());
        });
    }

    /** Gives up a node that will not come back. */
    @Command(
            name = "forget",
            mixinStandardHelpOptions = true,
            description = {
                "Takes a node that is gone for good out of the register: what it had in hand goes back to its queues.",
                "Refused while it beats. One that comes back all the same enters again."
            })
    static final class Forget implements Callable<Integer> {
        @ParentCommand
        private NodesCommand nodes;

        @Mixin
        private SettingsOptions options;

        @Parameters(paramLabel = "NAME", description = "As chasqui nodes shows it.")
        private String name;

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Kept in the audit.")
        private String reason;

        @Override
        public Integer call() {
            options.inherit(nodes.options);
            return options.ask(database ->
                    new ForgetRequest(database, System.out, System.err).forget(name, Person.here(), reason));
        }
    }
}
