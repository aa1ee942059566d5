package chasqui.command;

import chasqui.filing.Dismissal;
import chasqui.filing.Filing;
import chasqui.filing.FilingRequest;
import chasqui.filing.Rejections;
import chasqui.storage.Progress;
import chasqui.topology.Locations;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.Jdbi;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Registers files that an instrument has written. */
@Command(
        name = "file",
        mixinStandardHelpOptions = true,
        description = "Registers the files of a folder below a SOURCE location; repeating it is safe.")
public final class FileCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options;

    @Option(
            names = "--rejected",
            description = "Instead: shows what instruments filed and could not be registered, with what to do.")
    private boolean rejected;

    @Option(
            names = "--dismiss",
            paramLabel = "LOCATION",
            description = "Instead: takes from that list what somebody has dealt with, of --instrument, and of "
                    + "--observation and --path where given. The files stay where they are.")
    private String dismissed;

    @Option(names = "--path", paramLabel = "PATH", description = "With --dismiss: the file, as --rejected shows it.")
    private String path;

    @Option(names = "--reason", paramLabel = "TEXT", description = "With --dismiss: why; kept in the audit.")
    private String reason;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "DIR", description = "Folder below the root of a SOURCE location.")
    private Path directory;

    @Option(names = "--instrument", paramLabel = "NAME", description = "Instrument that wrote the files.")
    private String instrument;

    @Option(names = "--module", paramLabel = "NAME", description = "Its module (default: its only one).")
    private String module;

    @Option(names = "--observation", paramLabel = "NAME", description = "Executed observation unit.")
    private String observation;

    @Option(
            names = "--priority",
            paramLabel = "NUMBER",
            description = "Of the observation, lowest first; an ordinary one has 100, an urgent one 50 or less.")
    private Integer priority;

    @Option(names = "--finish", description = "The observation is complete with these files: package it now.")
    private boolean finish;

    @Override
    public Integer call() {
        if (dismissed != null && (instrument == null || reason == null)) {
            throw new ParameterException(
                    spec.commandLine(), "chasqui file --dismiss wants --instrument=NAME and --reason=TEXT");
        }
        if (!rejected && dismissed == null && (directory == null || instrument == null || observation == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "chasqui file wants DIR, --instrument=NAME and --observation=NAME, or --rejected, or --dismiss");
        }
        return options.ask(database -> rejected
                ? FileRun.rejected(new Rejections(database), System.out)
                : dismissed == null ? register(database) : dismiss(new Rejections(database)));
    }

    private int dismiss(Rejections rejections) {
        return FileRun.dismiss(
                rejections, new Dismissal(dismissed, instrument, observation, path), reason, System.out, System.err);
    }

    private int register(Jdbi database) {
        Filing filing = new Filing(database, new Locations(database), Person.here());
        FilingRequest request = new FilingRequest(directory, instrument, module, observation, priority, finish);
        if (System.console() == null) {
            return FileRun.run(filing, request, Progress.NONE, System.out, System.err);
        }
        // The answer is printed when the line of progress is gone.
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteArrayOutputStream refusals = new ByteArrayOutputStream();
        int exit;
        try (ReadingLine line = new ReadingLine(System.err, Clock.systemUTC())) {
            exit = FileRun.run(filing, request, line, text(answer), text(refusals));
        }
        System.err.print(refusals.toString(StandardCharsets.UTF_8));
        System.out.print(answer.toString(StandardCharsets.UTF_8));
        return exit;
    }

    private static PrintStream text(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
