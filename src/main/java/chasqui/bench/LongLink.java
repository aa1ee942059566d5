package chasqui.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Two network namespaces joined by an emulated long link; {@code tools/wan/wan.sh} makes and removes it. */
final class LongLink implements AutoCloseable {
    static final String SENDER_ADDRESS = "10.99.0.1";
    static final String RECEIVER_ADDRESS = "10.99.0.2";
    static final int RATE_MBIT = 1000;
    static final int DELAY_MILLIS = 100;

    private final Path script;
    private final Path folder;
    private final String name;

    private LongLink(Path script, Path folder, String name) {
        this.script = script;
        this.folder = folder;
        this.name = name;
    }

    /** @throws BenchImpossible names everything that is missing */
    static void require() throws BenchImpossible {
        if (!ThrowAwaySshd.isRoot()) {
            throw new BenchImpossible("network namespaces need root: run this bench as root");
        }
        if (Files.notExists(Path.of("/dev/net/tun"))) {
            throw new BenchImpossible("there is no /dev/net/tun: load the kernel module tun");
        }
        InstalledTools.require(Map.of("bash", "bash", "gcc", "gcc, libc6-dev", "ip", "iproute2", "iperf3", "iperf3"));
        ThrowAwaySshd.require();
    }

    /**
     * Round trip 200 ms, 1 Gbit/s.
     *
     * @param folder gets the compiled emulator
     * @param lossPercent part of the packets that vanish
     */
    static LongLink up(Path folder, String lossPercent) throws IOException, InterruptedException {
        String name = "cq" + ProcessHandle.current().pid();
        LongLink link = new LongLink(ProjectTool.find("wan/wan.sh"), folder, name);
        link.tell("up", Integer.toString(DELAY_MILLIS), Integer.toString(RATE_MBIT), lossPercent);
        return link;
    }

    private void tell(String what, String... how) throws IOException, InterruptedException {
        List<String> words = new java.util.ArrayList<>(List.of("bash", script.toString(), what, name));
        words.addAll(List.of(how));
        Path log = folder.resolve("wan.log");
        Process process = builder(words, log).start();
        if (process.waitFor() != 0) {
            throw new IOException(
                    "wan.sh " + what + " failed: " + Files.readString(log).strip());
        }
    }

    /** Its output goes to a file: the emulator stays and would keep a pipe open. */
    private ProcessBuilder builder(List<String> words, Path log) {
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("TMPDIR", folder.toString());
        return builder;
    }

    /** Words before a command that is to run at the sender's end. */
    List<String> atSender() {
        return List.of("ip", "netns", "exec", name + "-cl");
    }

    /** Words before a command that is to run at the receiver's end. */
    List<String> atReceiver() {
        return List.of("ip", "netns", "exec", name + "-de");
    }

    @Override
    public void close() throws IOException {
        try {
            tell("down");
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
