package chasqui.endtoend;

import chasqui.testing.Tools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Chile has a network of its own (a namespace), and a router stands between it and this machine. The router of a cut way
 * passes nothing on and says nothing, as on a line that a digger has found.
 */
final class NamespaceWay extends LongWay {
    private static final Path HERE = Path.of("").toAbsolutePath();

    /** Of this process alone, and short: a device's name has at most 15 characters. */
    private final String name = "cq" + ProcessHandle.current().pid();

    private final String chile = name + "-cl";
    private final String router = name + "-ro";
    private final String network = "10.98." + ProcessHandle.current().pid() % 250;

    NamespaceWay() throws Exception {
        try {
            build();
        } catch (Exception | Error failure) {
            close();
            throw failure;
        }
    }

    private void build() throws Exception {
        ip("netns add " + chile);
        ip("netns add " + router);
        ip("link add " + name + " type veth peer name north netns " + router);
        ip("-n " + router + " link add south type veth peer name north netns " + chile);
        ip("addr add " + network + ".1/30 dev " + name);
        ip("addr add " + us() + "/32 dev " + name);
        ip("addr add " + servers() + "/32 dev " + name);
        ip("link set " + name + " up");
        ip("-n " + router + " addr add " + network + ".2/30 dev north");
        ip("-n " + router + " link set north up");
        ip("-n " + router + " addr add " + network + ".5/30 dev south");
        ip("-n " + router + " link set south up");
        ip("-n " + router + " route add default via " + network + ".1");
        ip("-n " + chile + " link set lo up");
        ip("-n " + chile + " addr add " + chile() + "/30 dev north");
        ip("-n " + chile + " link set north up");
        // Nothing but these networks: bbcp looks up addresses, and would wait for name servers that do not hear it.
        ip("-n " + chile + " route add " + network + ".0/24 via " + network + ".5");
        ip("route add " + network + ".4/30 via " + network + ".2");
        mend();
    }

    /** Whether this machine lets this user make networks, and routes between them. */
    static boolean possible() throws InterruptedException {
        String probe = "cq" + ProcessHandle.current().pid() + "-try";
        try {
            boolean made = quietly("ip", "netns", "add", probe) == 0;
            return made
                    && quietly("ip", "-n", probe, "link", "add", "south", "type", "veth", "peer", "name", "north") == 0
                    && quietly("ip", "netns", "exec", probe, "sysctl", "-qw", "net.ipv4.ip_forward=1") == 0;
        } finally {
            quietly("ip", "netns", "del", probe);
        }
    }

    @Override
    String chile() {
        return network + ".6";
    }

    @Override
    String cologne() {
        return network + ".1";
    }

    @Override
    String us() {
        return network + ".9";
    }

    @Override
    String servers() {
        return network + ".10";
    }

    @Override
    List<String> before() {
        return List.of("ip", "netns", "exec", chile);
    }

    @Override
    void cut() throws Exception {
        forward(0);
    }

    @Override
    void mend() throws Exception {
        forward(1);
    }

    private void forward(int whether) throws Exception {
        ip("netns exec " + router + " sysctl -qw net.ipv4.ip_forward=" + whether);
    }

    private static void ip(String words) throws Exception {
        Tools.run(HERE, ("ip " + words).split(" "));
    }

    private static int quietly(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (IOException missing) {
            return -1;
        }
    }

    @Override
    public void close() throws Exception {
        super.close();
        quietly("ip", "link", "del", name);
        quietly("ip", "netns", "del", chile);
        quietly("ip", "netns", "del", router);
    }

    @Override
    public String toString() {
        return "a network namespace of its own, behind a router";
    }
}
