package chasqui.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The control plane alone: operations that do nothing, as many as go, and one at a time. */
final class ControlBench {
    private static final int OPERATIONS = 20_000;
    /** A service runs for months; its first seconds are the Java compiler's. */
    private static final Duration WARM_UP = Duration.ofSeconds(20);

    private static final int SAMPLES = 200;

    private final Path folder;
    private final int pairs;
    private final double scale;
    private final String redis;
    private final Consumer<String> says;

    private ControlBench(Path folder, int pairs, double scale, String redis, Consumer<String> says) {
        this.folder = folder;
        this.pairs = pairs;
        this.scale = scale;
        this.redis = redis;
        this.says = says;
    }

    /**
     * Measures in a new folder, which is removed afterwards.
     *
     * @param dir where to put the database: on the disk that is to be measured
     * @param pairs at least {@link Pairs#FEWEST}
     * @param scale 1 for the real thing; less for a try
     * @param redis address of a Redis, to measure a second service whose hints go through it; null: none
     * @param says told what is being done, for a line on a terminal
     */
    static BenchReport run(Path dir, int pairs, double scale, String redis, Consumer<String> says)
            throws IOException, InterruptedException {
        try (BenchFolder folder = BenchFolder.in(dir)) {
            return new ControlBench(folder.path(), pairs, scale, redis, says).measure();
        }
    }

    private BenchReport measure() throws IOException, InterruptedException {
        BenchFolder.needRoom(folder, 2L << 30);
        Map<String, String> conditions = new LinkedHashMap<>();
        Map<String, Double> figures = new LinkedHashMap<>();
        List<BenchCase> cases = new ArrayList<>();
        conditions.put("counted", "from the moment the subjects can be found until the last is completed");
        conditions.put("peer", Pgbench.isHere() ? Pgbench.WHAT : "pgbench is not here (Debian package postgresql)");
        conditions.putAll(Conditions.of(folder, scale));
        String before = Conditions.load();
        figures.put("cores", (double) Runtime.getRuntime().availableProcessors());
        cases.add(measure("memory", null, "", conditions, figures));
        if (redis != null) {
            cases.add(measure("redis", redis, "redis_", conditions, figures));
        }
        conditions.put("load", before + " before, " + Conditions.load() + " after");
        says.accept("");
        return new BenchReport("control", "operations/s", pairs, conditions, Map.of(), figures, cases);
    }

    private BenchCase measure(
            String name, String hints, String prefix, Map<String, String> conditions, Map<String, Double> figures)
            throws IOException, InterruptedException {
        says.accept("starting a service");
        try (ControlService service = ControlService.start(Files.createDirectory(folder.resolve(name)), hints)) {
            service.conditions().forEach((what, how) -> conditions.put(prefix + what, how));
            BenchCase rate = rate(service, name);
            figures.put(prefix + "operations_per_second", rate.ours().median());
            figures.put(
                    prefix + "service_cpu_ms_per_operation",
                    service.spent().own().toNanos() / 1e6);
            figures.put(
                    prefix + "database_cpu_ms_per_operation",
                    service.spent().database().toNanos() / 1e6);
            figures.put(prefix + "hinted_of_all", service.hinted());
            Spread start = idle(service);
            figures.put(prefix + "enqueue_to_start_ms", start.median());
            figures.put(prefix + "enqueue_to_start_ms_min", start.min());
            figures.put(prefix + "enqueue_to_start_ms_max", start.max());
            return rate;
        }
    }

    private BenchCase rate(ControlService service, String hints) throws IOException, InterruptedException {
        int operations = Math.max(100, (int) (OPERATIONS * scale));
        Pgbench pgbench = Pgbench.isHere() ? service.pgbench(folder.resolve(hints)) : null;
        String name = "found, enqueued, claimed, completed; hints by " + hints;
        return Pairs.run(
                name,
                operations,
                pairs,
                scale == 1 ? WARM_UP : Duration.ZERO,
                pair -> says.accept(name + ": " + (pair == 0 ? "warming up" : "pair " + pair + " of " + pairs)),
                () -> service.run(operations),
                pgbench == null ? null : () -> pgbench.run(operations));
    }

    /** One after the other, each when the one before is long done. */
    private Spread idle(ControlService service) throws IOException, InterruptedException {
        double[] millis = new double[Math.max(5, (int) (SAMPLES * scale))];
        for (int i = 0; i < millis.length; i++) {
            says.accept("from enqueue to start when idle: " + (i + 1) + " of " + millis.length);
            millis[i] = service.one() * 1e3;
        }
        return Spread.of(millis);
    }
}
