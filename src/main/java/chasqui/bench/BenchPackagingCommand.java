package chasqui.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code chasqui bench packaging}. */
@Command(
        name = "packaging",
        mixinStandardHelpOptions = true,
        description = "Measures packaging against a pipeline of standard tools, in strict alternation. "
                + "Needs about 10 GB of free disk, and some minutes.")
public final class BenchPackagingCommand implements Callable<Integer> {
    @Mixin
    private BenchOptions options = new BenchOptions(Pairs.FEWEST);

    @Override
    public Integer call() throws Exception {
        if (options.refused(System.err)) {
            return 2;
        }
        try {
            options.print(PackagingBench.run(options.dir(), options.pairs(), options.scale(), options.progress()));
            return 0;
        } catch (BenchImpossible missing) {
            System.err.println(missing.getMessage());
            return 1;
        }
    }
}
