package chasqui.bench;

import chasqui.bbcp.BbcpOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Method {@code bbcp} beside the bare command, through ssh to a server on this machine: one package, and a queue. */
final class BbcpCase {
    static final String NAME = "bbcp";
    static final String NAME_OF_QUEUE = "bbcp-queue";
    private static final long BYTES = 8L << 30;
    private static final int QUEUE = 6;
    private static final int AT_ONCE = 2;
    private static final String HOST = "127.0.0.1";

    private final Path folder;
    private final int pairs;
    private final Consumer<String> says;
    private final ThrowAwaySshd sshd;

    private BbcpCase(Path folder, int pairs, Consumer<String> says, ThrowAwaySshd sshd) {
        this.folder = folder;
        this.pairs = pairs;
        this.says = says;
        this.sshd = sshd;
    }

    static List<BenchCase> run(Path folder, int pairs, double scale, Consumer<String> says)
            throws IOException, InterruptedException {
        try (ThrowAwaySshd sshd = sshd(folder, scale)) {
            return List.of(new BbcpCase(folder, pairs, says, sshd).one(bytes(scale)));
        }
    }

    static List<BenchCase> runQueue(Path folder, int pairs, double scale, Consumer<String> says)
            throws IOException, InterruptedException {
        try (ThrowAwaySshd sshd = sshd(folder, scale)) {
            return List.of(new BbcpCase(folder, pairs, says, sshd).queue(bytes(scale) / QUEUE));
        }
    }

    private static ThrowAwaySshd sshd(Path folder, double scale) throws IOException, InterruptedException {
        ThrowAwaySshd.require();
        BenchFolder.needRoom(folder, bytes(scale) * 3 + (256 << 20));
        return ThrowAwaySshd.onLoopback(folder);
    }

    private static long bytes(double scale) {
        return Math.max(QUEUE, (long) (BYTES * scale));
    }

    /** What surrounds one run of bbcp must not cost: claim, route, watching, progress. The reading back is left out. */
    private BenchCase one(long bytes) throws IOException, InterruptedException {
        String name = "bbcp: one package beside the bare command";
        says.accept(name + ": making it");
        Path home = Files.createDirectory(folder.resolve("one"));
        try (SendingService service = SendingService.start(home, plan(1, bytes))) {
            List<Path> packages = service.packages();
            return pairs(name, packages, () -> service.send().seconds());
        } finally {
            BenchFolder.remove(home);
        }
    }

    /** Sending overlaps with reading back what was sent before; the bare command runs once after the other. */
    private BenchCase queue(long bytesEach) throws IOException, InterruptedException {
        String name = "bbcp: a queue of " + QUEUE + ", read back and unpacked meanwhile, beside bare runs in a row";
        says.accept(name + ": making them");
        Path home = Files.createDirectory(folder.resolve("queue"));
        try (SendingService service = SendingService.start(home, plan(QUEUE, bytesEach))) {
            return pairs(name, service.packages(), () -> service.send().seconds());
        } finally {
            BenchFolder.remove(home);
        }
    }

    private BenchCase pairs(String name, List<Path> packages, Pairs.Contender ours)
            throws IOException, InterruptedException {
        BareBbcp bare = new BareBbcp(BareBbcp.withOptionsOf(BbcpOptions.DEFAULT), sshd.ssh(), SendingPlan.user(), HOST);
        long bytes = 0;
        for (Path one : packages) {
            bytes += Files.size(one);
        }
        IntConsumer tell =
                pair -> says.accept(name + ": " + (pair == 0 ? "warming up" : "pair " + pair + " of " + pairs));
        return Pairs.run(
                name,
                bytes,
                pairs,
                Duration.ZERO,
                tell,
                () -> {
                    BenchFolder.settle(folder);
                    return ours.run();
                },
                () -> {
                    BenchFolder.settle(folder);
                    double seconds = 0;
                    for (Path one : packages) {
                        seconds += bare.send(one, folder.resolve("peer.tar"));
                    }
                    return seconds;
                });
    }

    private SendingPlan plan(int packages, long bytesEach) {
        return new SendingPlan(
                SendingPlan.equal(packages, bytesEach), "bbcp", AT_ONCE, HOST, Map.of("ssh", sshd.ssh()));
    }
}
