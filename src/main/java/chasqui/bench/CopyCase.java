package chasqui.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Method {@code cp} beside the command of that name, from one folder to another. */
final class CopyCase {
    static final String NAME = "cp";
    private static final long BYTES = 4L << 30;

    private CopyCase() {}

    static List<BenchCase> run(Path folder, int pairs, double scale, Consumer<String> says)
            throws IOException, InterruptedException {
        InstalledTools.require(Map.of("cp", "coreutils", "sync", "coreutils"));
        long bytes = Math.max(1, (long) (BYTES * scale));
        BenchFolder.needRoom(folder, bytes * 3 + (256 << 20));
        says.accept("cp: making the package");
        try (SendingService service = SendingService.start(folder, SendingPlan.byCopy(bytes))) {
            Path source = service.packages().get(0);
            Path target = folder.resolve("peer.tar");
            return List.of(Pairs.run(
                    "cp: one package beside cp and sync of the file",
                    Files.size(source),
                    pairs,
                    Duration.ZERO,
                    pair -> says.accept("cp: " + (pair == 0 ? "warming up" : "pair " + pair + " of " + pairs)),
                    () -> {
                        BenchFolder.settle(folder);
                        return service.send().seconds();
                    },
                    () -> copy(folder, source, target)));
        }
    }

    private static double copy(Path folder, Path source, Path target) throws IOException, InterruptedException {
        BenchFolder.settle(folder);
        String script = "cp \"$1\" \"$2\" && sync \"$2\"";
        double seconds =
                PeerCommand.time(List.of("sh", "-c", script, "copy", source.toString(), target.toString()), Map.of());
        Files.delete(target);
        return seconds;
    }
}
