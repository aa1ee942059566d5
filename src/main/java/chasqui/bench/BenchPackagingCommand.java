package chasqui.bench;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code chasqui bench packaging}. */
@Command(
        name = "packaging",
        mixinStandardHelpOptions = true,
        description = "Measures packaging against a pipeline of standard tools, in strict alternation. "
                + "Needs about 10 GB of free disk, and some minutes.")
public final class BenchPackagingCommand implements Callable<Integer> {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where to make the files: on the disk to measure. Default: ${DEFAULT-VALUE}.",
            defaultValue = "/var/tmp")
    private Path dir;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            description = "How often both are run, at least " + Pairs.FEWEST + ". Default: ${DEFAULT-VALUE}.",
            defaultValue = "" + Pairs.FEWEST)
    private int pairs;

    @Option(
            names = "--scale",
            paramLabel = "X",
            description = "Part of the real sizes, more than 0 and at most 1, for a try. Default: ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private double scale;

    @Option(names = "--json", description = "Print one JSON object instead of a table.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (pairs < Pairs.FEWEST || !(scale > 0 && scale <= 1) || !Files.isDirectory(dir)) {
            System.err.println("--pairs must be at least " + Pairs.FEWEST
                    + ", --scale more than 0 and at most 1, and --dir a folder: got --pairs " + pairs + " --scale "
                    + scale + " --dir " + dir);
            return 2;
        }
        try {
            PackagingBench.run(dir, pairs, scale, json, System.out, line(System.err));
            return 0;
        } catch (BenchImpossible missing) {
            System.err.println(missing.getMessage());
            return 1;
        }
    }

    /** On a terminal one line that is written over; elsewhere nothing. */
    private static Consumer<String> line(PrintStream terminal) {
        return System.console() == null ? text -> {} : text -> terminal.print("\r\u001b[K" + text);
    }
}
