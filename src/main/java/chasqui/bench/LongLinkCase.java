package chasqui.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A queue of packages over the emulated long link, beside iperf3 with 8 streams and the bare command, without and with
 * loss. All that sends, the service too, is a process of its own at the sender's end of the link.
 */
final class LongLinkCase {
    static final String NAME = "wan";
    static final String NAME_WITH_LOSS = "wan-loss";
    private static final int SSH_PORT = 2222;

    private LongLinkCase() {}

    static List<BenchCase> run(Path folder, int pairs, double scale, Consumer<String> says)
            throws IOException, InterruptedException {
        return run("0", folder, pairs, scale, says);
    }

    /** With one of 10,000 packets lost. */
    static List<BenchCase> runWithLoss(Path folder, int pairs, double scale, Consumer<String> says)
            throws IOException, InterruptedException {
        return run("0.01", folder, pairs, scale, says);
    }

    private static List<BenchCase> run(String loss, Path folder, int pairs, double scale, Consumer<String> says)
            throws IOException, InterruptedException {
        LongLink.require();
        BenchFolder.needRoom(folder, (long) (LongLinkSender.bytes(scale) * 2.5) + (256 << 20));
        try (LongLink link = LongLink.up(folder, loss);
                ThrowAwaySshd sshd =
                        ThrowAwaySshd.start(folder, link.atReceiver(), LongLink.RECEIVER_ADDRESS, SSH_PORT)) {
            Process iperf = iperf(link);
            try {
                return measure(link, sshd, folder, loss, pairs, scale, says);
            } finally {
                iperf.descendants().forEach(ProcessHandle::destroy);
                iperf.destroy();
            }
        }
    }

    private static Process iperf(LongLink link) throws IOException {
        List<String> words = new ArrayList<>(link.atReceiver());
        words.addAll(List.of("iperf3", "-s"));
        return new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static List<BenchCase> measure(
            LongLink link, ThrowAwaySshd sshd, Path home, String loss, int pairs, double scale, Consumer<String> says)
            throws IOException, InterruptedException {
        String link200 = "wan, 200 ms, 1 Gbit/s, " + loss + " % loss";
        says.accept(link200 + ": making the packages");
        List<LongLinkRound> rounds = new ArrayList<>();
        Process sender = sender(link, sshd, home, pairs, scale);
        StringBuilder otherwise = new StringBuilder();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(sender.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = out.readLine()) != null; ) {
                if (LongLinkRound.isOne(line)) {
                    rounds.add(LongLinkRound.parse(line));
                    says.accept(link200 + ": round " + rounds.size() + " of " + pairs);
                } else {
                    otherwise.append(line).append('\n');
                }
            }
            if (sender.waitFor() != 0 || rounds.size() != pairs) {
                throw new IOException("the sender at the end of the link failed: " + otherwise);
            }
        } finally {
            sender.descendants().forEach(ProcessHandle::destroy);
            sender.destroy();
        }
        String queue = link200 + ": a queue of " + LongLinkSender.packages() + " beside ";
        double bytes = LongLinkSender.bytes(scale);
        return List.of(
                BenchCase.of(queue + "iperf3 -P 8", bytes, rounds, LongLinkRound::queue, LongLinkRound::iperf),
                BenchCase.of(queue + "bare bbcp -s 8", bytes, rounds, LongLinkRound::queue, LongLinkRound::bare));
    }

    private static Process sender(LongLink link, ThrowAwaySshd sshd, Path home, int pairs, double scale)
            throws IOException {
        List<String> words = new ArrayList<>(link.atSender());
        words.add(ProcessHandle.current().info().command().orElse("java"));
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(word -> word.startsWith("-X") || word.startsWith("-D"))
                .collect(Collectors.toList()));
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), LongLinkSender.class.getName()));
        words.addAll(List.of(
                Files.createDirectory(home.resolve("sender")).toString(),
                Integer.toString(pairs),
                Double.toString(scale),
                sshd.ssh()));
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().putAll(Map.of("CHASQUI_LOG_LEVEL", "WARN"));
        return builder.start();
    }
}
