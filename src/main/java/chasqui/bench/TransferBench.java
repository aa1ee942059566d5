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
    /** The names that {@code --only} takes, in the order in which they run. */
    static final List<String> CASES = List.of(CopyCase.NAME, S3Bench.NAME);

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

    /** One case, in an empty folder of its own. */
    private interface Case {
        List<BenchCase> run(Path folder, int pairs, double scale, Consumer<String> says)
                throws IOException, InterruptedException;
    }

    /**
     * Runs the cases in a new folder, which is removed afterwards.
     *
     * @param dir where to make the files: on the disk that is to be measured
     * @param only some of {@link #CASES}
     * @param says told what is being done, for a line on a terminal
     * @return the result; {@code not measured …} among its conditions says which case was left out, and why
     */
    public static BenchReport run(Path dir, int pairs, double scale, List<String> only, Consumer<String> says)
            throws IOException, InterruptedException {
        try (BenchFolder folder = BenchFolder.in(dir)) {
            return new TransferBench(folder.path(), pairs, scale, says).measure(only);
        }
    }

    private BenchReport measure(List<String> only) throws IOException, InterruptedException {
        Map<String, Case> known = new LinkedHashMap<>();
        known.put(CopyCase.NAME, CopyCase::run);
        known.put(S3Bench.NAME, S3Bench::run);
        conditions.putAll(Conditions.of(folder, scale));
        for (String name : CASES) {
            if (only.contains(name)) {
                measure(name, known.get(name));
            }
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
