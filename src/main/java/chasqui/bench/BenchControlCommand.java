package chasqui.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code chasqui bench control}. */
@Command(
        name = "control",
        mixinStandardHelpOptions = true,
        description =
                "Measures how many operations per second that do nothing are found, enqueued, claimed and completed, "
                        + "beside pgbench in the same run. Needs about 2 GB of free disk, and some minutes.")
public final class BenchControlCommand implements Callable<Integer> {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where to put the database: on the disk to measure. Default: ${DEFAULT-VALUE}.",
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
            description = "Part of the real numbers, more than 0 and at most 1, for a try. Default: ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private double scale;

    @Option(
            names = "--redis",
            paramLabel = "ADDRESS",
            description = "Measures a second service too, whose hints go through this Redis, such as"
                    + " redis://127.0.0.1:6379. Leaves two empty streams there.")
    private String redis;

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
        Consumer<String> says = System.console() == null ? text -> {} : text -> System.err.print("\r\u001b[K" + text);
        ControlBench.run(dir, pairs, scale, redis, says).print(json, System.out);
        return 0;
    }
}
