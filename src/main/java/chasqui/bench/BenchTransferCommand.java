package chasqui.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code chasqui bench transfer}. */
@Command(
        name = "transfer",
        mixinStandardHelpOptions = true,
        description = "Measures the transfer methods beside the plain tools, in strict alternation. "
                + "Needs up to 40 GB of free disk, and up to two hours.")
public final class BenchTransferCommand implements Callable<Integer> {
    private static final int FEWEST = 7;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where to make the files: on the disk to measure. Default: ${DEFAULT-VALUE}.",
            defaultValue = "/var/tmp")
    private Path dir;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            description = "How often both are run, at least " + FEWEST + ". Default: ${DEFAULT-VALUE}.",
            defaultValue = "" + FEWEST)
    private int pairs;

    @Option(
            names = "--scale",
            paramLabel = "X",
            description = "Part of the real sizes, more than 0 and at most 1, for a try. Default: ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private double scale;

    @Option(
            names = "--only",
            paramLabel = "CASE",
            split = ",",
            description = "Some of the cases, such as cp,bbcp. Default: all.")
    private List<String> only = TransferBench.CASES;

    @Option(names = "--json", description = "Print one JSON object instead of a table.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (pairs < FEWEST
                || !(scale > 0 && scale <= 1)
                || !Files.isDirectory(dir)
                || !TransferBench.CASES.containsAll(only)) {
            System.err.println("--pairs must be at least " + FEWEST
                    + ", --scale more than 0 and at most 1, --dir a folder, and --only some of "
                    + String.join(",", TransferBench.CASES) + ": got --pairs " + pairs + " --scale " + scale + " --dir "
                    + dir + " --only " + String.join(",", only));
            return 2;
        }
        Consumer<String> says = System.console() == null ? text -> {} : text -> System.err.print("\r\u001b[K" + text);
        BenchReport report = TransferBench.run(dir, pairs, scale, only, says);
        report.print(json, System.out);
        return report.cases().isEmpty() ? 1 : 0;
    }
}
