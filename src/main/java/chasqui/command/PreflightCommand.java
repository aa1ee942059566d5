package chasqui.command;

import chasqui.runtime.Foundation;
import chasqui.runtime.PreflightLook;
import chasqui.settings.Settings;
import chasqui.topology.LocationPatterns;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tries data locations from this machine. */
@Command(
        name = "preflight",
        mixinStandardHelpOptions = true,
        description =
                "Tries on this machine, as this user, what work needs at data locations: writing, reading back and "
                        + "deleting a small file or object, asking the tape library, reaching other hosts.",
        footer = "Exit codes: 0 all work can be done, 1 some cannot, 2 there is no such location.")
public final class PreflightCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private LookOptions options;

    @Parameters(
            arity = "0..1",
            paramLabel = "SITE/LOCATION",
            description = "Which, * for any part (default: those that a worker here reaches).")
    private String location;

    @Override
    public Integer call() throws InterruptedException {
        if (location != null && !LocationPatterns.wellFormed(location)) {
            throw new ParameterException(
                    spec.commandLine(), "\"" + location + "\": wants site/location, with * for any part");
        }
        Settings settings = options.checked();
        try (Foundation foundation = Foundation.lookIntoWithObjects(settings)) {
            PreflightLook look = new PreflightLook(foundation, settings);
            return new PreflightReport(System.out, System.err)
                    .run(look.at(location), location == null ? "so" : location, options.json());
        }
    }
}
