package chasqui.bench;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code chasqui bench transfer}. */
@Command(
        name = "transfer",
        mixinStandardHelpOptions = true,
        description = "Measures the transfer methods beside the plain tools, in strict alternation. "
                + "Needs up to 40 GB of free disk, and up to two hours.")
public final class BenchTransferCommand implements Callable<Integer> {
    private static final int FEWEST = 7;

    @Mixin
    private BenchOptions options = new BenchOptions(FEWEST);

    @Option(
            names = "--only",
            paramLabel = "CASE",
            split = ",",
            description = "Some of the cases, such as cp,bbcp. Default: all.")
    private List<String> only = TransferBench.CASES;

    @Override
    public Integer call() throws Exception {
        boolean unknown = !TransferBench.CASES.containsAll(only);
        if (unknown) {
            System.err.println("--only must be some of " + String.join(",", TransferBench.CASES) + ": got "
                    + String.join(",", only));
        }
        if (options.refused(System.err) || unknown) {
            return 2;
        }
        BenchReport report =
                TransferBench.run(options.dir(), options.pairs(), options.scale(), only, options.progress());
        options.print(report);
        return report.cases().isEmpty() ? 1 : 0;
    }
}
