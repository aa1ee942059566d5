package chasqui.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code chasqui bench control}. */
@Command(
        name = "control",
        mixinStandardHelpOptions = true,
        description =
                "Measures how many operations per second that do nothing are found, enqueued, claimed and completed, "
                        + "beside pgbench in the same run. Needs about 2 GB of free disk, and some minutes.")
public final class BenchControlCommand implements Callable<Integer> {
    @Mixin
    private BenchOptions options = new BenchOptions(Pairs.FEWEST);

    @Option(
            names = "--redis",
            paramLabel = "ADDRESS",
            description = "Measures a second service too, whose hints go through this Redis, such as"
                    + " redis://127.0.0.1:6379. Leaves two empty streams there.")
    private String redis;

    @Override
    public Integer call() throws Exception {
        if (options.refused(System.err)) {
            return 2;
        }
        options.print(ControlBench.run(options.dir(), options.pairs(), options.scale(), redis, options.progress()));
        return 0;
    }
}
