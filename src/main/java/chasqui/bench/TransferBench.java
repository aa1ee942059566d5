package chasqui.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Every transfer method beside the plain tool. A case that this machine cannot do is named, and the others go on. */
public final class TransferBench {
    private static final Map<String, Case> KNOWN = new LinkedHashMap<>();

    static {
        KNOWN.put(CopyCase.NAME, CopyCase::run);
        KNOWN.put(BbcpCase.NAME, BbcpCase::run);
        KNOWN.put(BbcpCase.NAME_OF_QUEUE, BbcpCase::runQueue);
        KNOWN.put(S3Bench.NAME, S3Bench::run);
        KNOWN.put(LongLinkCase.NAME, LongLinkCase::run);
        KNOWN.put(LongLinkCase.NAME_WITH_LOSS, LongLinkCase::runWithLoss);
    }

    /** The names that {@code --only} takes, in the order in which they run. */
    static final List<String> CASES = List.copyOf(KNOWN.keySet());

    private final Path folder;
    private final int pairs;
    private final double scale;
    private final Consumer<String> says;
    private final Map<String, String> conditions = new LinkedHashMap<>();
    private final List<BenchCase> cases = new ArrayList<>();

    private TransferBench(Path folder, int pairs, double scale, Consumer<String> says) {
        this.folder = folder;
        this.pairs = pairs;
        this.scale = scale;
        this.says = says;
    }

    /** Measures one thing. */
    interface Case {
        /**
         * @param folder empty, of its own, removed afterwards
         * @param pairs how often both run
         * @param scale 1 for the real thing; less for a try
         * @param says told what is being done
         * @throws BenchImpossible this machine lacks something
         */
        List<BenchCase> run(Path folder, int pairs, double scale, Consumer<String> says)
                throws IOException, InterruptedException;
    }

    /**
     * Runs cases in a new folder, which is removed afterwards.
     *
     * @param dir where to make the files: on the disk that is to be measured
     * @param only some of {@link #CASES}
     * @param says told what is being done, for a line on a terminal
     * @return the result; {@code not measured: …} among its conditions says which case was left out, and why
     */
    public static BenchReport run(Path dir, int pairs, double scale, List<String> only, Consumer<String> says)
            throws IOException, InterruptedException {
        Map<String, Case> chosen = new LinkedHashMap<>(KNOWN);
        chosen.keySet().retainAll(only);
        return run(dir, pairs, scale, chosen, says);
    }

    static BenchReport run(Path dir, int pairs, double scale, Map<String, Case> cases, Consumer<String> says)
            throws IOException, InterruptedException {
        try (BenchFolder folder = BenchFolder.in(dir)) {
            return new TransferBench(folder.path(), pairs, scale, says).measure(cases);
        }
    }

    private BenchReport measure(Map<String, Case> chosen) throws IOException, InterruptedException {
        conditions.putAll(Conditions.of(folder, scale));
        for (Map.Entry<String, Case> one : chosen.entrySet()) {
            measure(one.getKey(), one.getValue());
        }
        says.accept("");
        return new BenchReport("transfer", "bytes/s", pairs, conditions, Map.of(), cases);
    }

    private void measure(String name, Case one) throws IOException, InterruptedException {
        String before = Conditions.load();
        Path home = Files.createDirectory(folder.resolve(name));
        try {
            cases.addAll(one.run(home, pairs, scale, says));
            conditions.put("load during " + name, before + " before, " + Conditions.load() + " after");
        } catch (BenchImpossible missing) {
            conditions.put("not measured: " + name, missing.getMessage());
        } finally {
            BenchFolder.remove(home);
        }
    }
}
