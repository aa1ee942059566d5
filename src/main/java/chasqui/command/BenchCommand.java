package chasqui.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures Chasqui beside the standard tools. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures Chasqui beside the standard tools, in the same run.",
        subcommands = {
            chasqui.bench.BenchPackagingCommand.class,
            chasqui.bench.BenchTransferCommand.class,
            chasqui.bench.BenchControlCommand.class
        })
public final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "chasqui bench wants a command: packaging, transfer or control");
    }
}
