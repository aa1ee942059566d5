package chasqui.bench;

import chasqui.storage.DurableFiles;
import chasqui.storage.Fingerprint;
import chasqui.storage.PackageDigest;
import chasqui.storage.PackageReader;
import chasqui.storage.PackageWriter;
import chasqui.storage.Progress;
import chasqui.storage.ReadableSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Packaging against a pipeline of standard tools: one big file, 2,000 files of 1 MiB, 20,000 of 4 KiB. */
public final class PackagingBench {
    private static final long BIG_BYTES = 4L << 30;
    private static final int MIDDLE_FILES = 2_000;
    private static final int SMALL_FILES = 20_000;

    private final Path folder;
    private final int pairs;
    private final double scale;
    private final Consumer<String> says;

    /**
     * @param folder a folder of our own, empty
     * @param pairs at least {@link Pairs#FEWEST}
     * @param scale 1 for the real thing; less for a try
     * @param says told what is being done
     */
    PackagingBench(Path folder, int pairs, double scale, Consumer<String> says) {
        this.folder = folder;
        this.pairs = pairs;
        this.scale = scale;
        this.says = says;
    }

    /**
     * Runs all of it in a new folder, which is removed afterwards.
     *
     * @param dir where to make the files: on the disk that is to be measured
     * @param says told what is being done, for a line on a terminal
     * @throws BenchImpossible a tool or the room for the files is missing
     */
    public static BenchReport run(Path dir, int pairs, double scale, Consumer<String> says)
            throws IOException, InterruptedException {
        try (BenchFolder folder = BenchFolder.in(dir)) {
            BenchReport report = new PackagingBench(folder.path(), pairs, scale, says).measure();
            says.accept("");
            return report;
        }
    }

    private BenchReport measure() throws IOException, InterruptedException {
        StandardTools tools = new StandardTools();
        BenchFolder.needRoom(folder, (long) (BIG_BYTES * scale * 2.2) + (64 << 20));
        says.accept("measuring what SHA-256 and the disk can do at most");
        Map<String, Spread> ceilings = new LinkedHashMap<>();
        ceilings.put("sha256OneCore", Ceilings.sha256OnOneCore(scaled(1L << 30)));
        ceilings.put("diskWrite", Ceilings.diskWrite(folder, scaled(2L << 30)));
        List<BenchCase> cases = new ArrayList<>();
        cases.add(measure(tools, "one big file", 1, scaled(BIG_BYTES)));
        cases.add(measure(tools, "2,000 files of 1 MiB", (int) scaled(MIDDLE_FILES), 1 << 20));
        cases.add(measure(tools, "20,000 files of 4 KiB", (int) scaled(SMALL_FILES), 4 << 10));
        return new BenchReport("packaging", "bytes/s", pairs, conditions(), ceilings, cases);
    }

    private BenchCase measure(StandardTools tools, String name, int files, long bytesEach)
            throws IOException, InterruptedException {
        says.accept(name + ": making the files");
        Path home = Files.createDirectory(folder.resolve("case"));
        try {
            PackagingSet set = PackagingSet.make(name, Files.createDirectory(home.resolve("files")), files, bytesEach);
            Path ours = Files.createDirectory(home.resolve("ours"));
            Path peer = Files.createDirectory(home.resolve("peer"));
            boolean[] check = new boolean[1];
            return Pairs.run(
                    name,
                    set.bytes(),
                    pairs,
                    scale == 1 ? Pairs.WARM_UP : Duration.ZERO,
                    pair -> {
                        check[0] = pair == 0;
                        says.accept(name + ": " + (pair == 0 ? "warming up" : "pair " + pair + " of " + pairs));
                    },
                    () -> packOurs(set, ours, check[0]),
                    () -> packPeer(tools, set, peer, check[0]));
        } finally {
            BenchFolder.remove(home);
        }
    }

    /** Every run checks every file's xxHash64 and ends durable; the archive's own digest is taken again once. */
    private static double packOurs(PackagingSet set, Path out, boolean checkArchive)
            throws IOException, InterruptedException {
        Path tar = out.resolve("p.tar");
        BenchFolder.settle(out);
        long started = System.nanoTime();
        PackageDigest digest = PackageWriter.write(set.entries(), Map.of("bench", set.name()), tar, Progress.NONE);
        DurableFiles.fsyncFolder(out);
        double seconds = (System.nanoTime() - started) / 1e9;
        if (checkArchive) {
            if (!Fingerprint.take(tar, Progress.NONE).sha256().equals(digest.sha256())) {
                throw new IOException(tar + ": has another SHA-256 than packaging reported");
            }
            PackageReader.verify(ReadableSource.of(tar), digest, Progress.NONE);
        }
        Files.delete(tar);
        return seconds;
    }

    private static double packPeer(StandardTools tools, PackagingSet set, Path out, boolean checkArchive)
            throws IOException, InterruptedException {
        double seconds = tools.pack(set, out, checkArchive);
        Files.delete(out.resolve("p.tar"));
        return seconds;
    }

    private long scaled(long amount) {
        return Math.max(1, (long) (amount * scale));
    }

    private Map<String, String> conditions() throws IOException {
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("peer", "tools/pack_bar.sh: tar | tee >(openssl sha256) | dd oflag=direct, xxhsum beside it");
        conditions.put(
                "cache",
                "warm: all files are read before the first run, and pairs of the first seconds are not counted");
        conditions.put(
                "checked",
                "both: durable at the end; xxHash64 of every file in every run; SHA-256 of the archive taken again once");
        conditions.putAll(Conditions.of(folder, scale));
        return conditions;
    }
}
