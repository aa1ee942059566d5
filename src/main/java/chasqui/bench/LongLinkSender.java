package chasqui.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sender's process of {@link LongLinkCase}: started inside the sender's network namespace, it needs to know nothing of
 * namespaces. Arguments: folder, rounds, scale, words of ssh. Prints one line per round.
 */
public final class LongLinkSender {
    /** Sizes of the packages in MiB. They differ, as those do that were closed by their age. */
    private static final List<Integer> QUEUE_MIB = List.of(2048, 1024, 3072, 1536, 2560, 2048);

    /**
     * What the streams of all transfers have under way together, 3 x 8 x 2 MiB, is what the link holds in its length and
     * in its queue: less leaves it idle, more overflows the queue, and what is lost there has to be sent again.
     */
    private static final int AT_ONCE = 3;

    private static final Map<String, String> TUNED = Map.of("streams", "8", "window", "2MiB");

    private static final int IPERF_SECONDS = 20;

    /** Not counted: the streams grow to their rate first. */
    private static final int IPERF_OMITTED_SECONDS = 3;

    private LongLinkSender() {}

    static int packages() {
        return QUEUE_MIB.size();
    }

    /** Of the whole queue. */
    static long bytes(double scale) {
        return sizes(scale).stream().mapToLong(size -> size).sum();
    }

    private static List<Long> sizes(double scale) {
        return QUEUE_MIB.stream()
                .map(mib -> Math.max(1, (long) (((long) mib << 20) * scale)))
                .toList();
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        double scale = Double.parseDouble(arguments[2]);
        String ssh = arguments[3];
        BareBbcp bare = new BareBbcp(List.of("-s", "8"), ssh, SendingPlan.user(), LongLink.RECEIVER_ADDRESS);
        Map<String, String> options = new HashMap<>(TUNED);
        options.put("ssh", ssh);
        SendingPlan plan = new SendingPlan(sizes(scale), "bbcp", AT_ONCE, LongLink.RECEIVER_ADDRESS, options);
        try (SendingService service = SendingService.start(folder, plan)) {
            List<Path> packages = service.packages();
            Path one = packages.get(0);
            long bytes = 0;
            for (Path each : packages) {
                bytes += Files.size(each);
            }
            for (int round = 0; round < rounds; round++) {
                double iperf = iperf(scale);
                double queue = bytes / service.send().seconds();
                double alone = Files.size(one) / bare.send(one, folder.resolve("peer.tar"));
                System.out.println(new LongLinkRound(queue, iperf, alone).line());
            }
        }
    }

    /** @return bytes per second that arrived */
    private static double iperf(double scale) throws IOException, InterruptedException {
        int seconds = (int) Math.max(1, IPERF_SECONDS * scale);
        int omitted = scale < 1 ? 0 : IPERF_OMITTED_SECONDS;
        String said = PeerCommand.run(List.of(
                "iperf3",
                "-c",
                LongLink.RECEIVER_ADDRESS,
                "-P",
                "8",
                "-t",
                Integer.toString(seconds),
                "-O",
                Integer.toString(omitted),
                "-J"));
        JsonNode received = new ObjectMapper().readTree(said).at("/end/sum_received/bits_per_second");
        if (!received.isNumber()) {
            throw new IOException("iperf3 did not tell what arrived: " + said);
        }
        return received.asDouble() / 8;
    }
}
