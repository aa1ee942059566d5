package chasqui.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A Redis of the machine's own redis-server, on a loopback port, with a folder of its own, ended by its process. */
public final class RedisServer implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int MOST_TRIES = 5;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path folder;
    private final int port;
    private final List<String> options;
    private Process process;

    private RedisServer(Path folder, int port, List<String> options) {
        this.folder = folder;
        this.port = port;
        this.options = options;
    }

    /**
     * @param parent gets a folder of the server
     * @param options of redis-server, over: no snapshots, no append-only file
     */
    public static RedisServer start(Path parent, String... options) throws Exception {
        requireHere();
        Path folder = Files.createTempDirectory(parent, "redis");
        for (int tries = 1; ; tries++) {
            RedisServer server = new RedisServer(folder, freePort(), List.of(options));
            if (server.run()) {
                return server;
            }
            if (tries == MOST_TRIES) {
                throw new AssertionError("redis-server does not start: " + Files.readString(folder.resolve("log")));
            }
        }
    }

    /** A server that is not running yet; {@link #run} starts it. */
    public static RedisServer notYet(Path parent, String... options) throws Exception {
        requireHere();
        return new RedisServer(Files.createTempDirectory(parent, "redis"), freePort(), List.of(options));
    }

    /** A sentinel that watches a master on this machine, alone, and replaces it after five seconds without an answer. */
    public static RedisServer sentinel(Path parent, String master, int masterPort) throws Exception {
        Path settings = Files.writeString(
                Files.createTempFile(parent, "sentinel", ".conf"), """
                sentinel monitor %1$s %2$s %3$d 1
                sentinel down-after-milliseconds %1$s 5000
                sentinel failover-timeout %1$s 5000
                """.formatted(master, HOST, masterPort));
        return start(parent, settings.toString(), "--sentinel");
    }

    public static void requireHere() {
        for (String tool : List.of("redis-server", "redis-cli")) {
            assumeThat(Sshd.find(tool))
                    .as("SKIPPED: there is no " + tool + " here (Debian: redis-server)")
                    .isPresent();
        }
    }

    /** Starts it, again after {@link #kill}, on the same port. */
    public boolean run() throws Exception {
        List<String> command =
                new ArrayList<>(List.of(Sshd.find("redis-server").orElseThrow().toString()));
        options.forEach(option -> command.add(option.replace("{port}", port + "")));
        command.addAll(List.of("--bind", HOST, "--dir", folder.toString()));
        if (!options.contains("--sentinel")) {
            command.addAll(List.of("--save", ""));
        }
        if (!options.contains("--tls-port")) {
            command.addAll(List.of("--port", Integer.toString(port)));
        }
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Awaitility.await().atMost(LIMIT).until(() -> !process.isAlive() || answers());
        return process.isAlive();
    }

    private boolean answers() {
        if (options.contains("--tls-port")) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(HOST, port), 1000);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HOST, port), 1000);
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
            return answer.equals("+PONG") || answer.equals("-NOAU");
        } catch (IOException notYet) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    public String address() {
        return (options.contains("--tls-port") ? "rediss://" : "redis://") + HOST + ":" + port;
    }

    /** What it answers to a command of the administrator, without quotes. */
    public String ask(String... command) throws Exception {
        List<String> words =
                new ArrayList<>(List.of("redis-cli", "-h", HOST, "-p", Integer.toString(port), "--no-auth-warning"));
        if (options.contains("--requirepass")) {
            words.addAll(List.of("-a", options.get(options.indexOf("--requirepass") + 1)));
        }
        words.addAll(List.of(command));
        return Tools.run(folder, words.toArray(String[]::new)).trim();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGSTOP: it keeps its connections and answers nothing. */
    public void freeze() throws Exception {
        Tools.run(folder, "kill", "-STOP", Long.toString(process.pid()));
    }

    /** SIGCONT. */
    public void thaw() throws Exception {
        Tools.run(folder, "kill", "-CONT", Long.toString(process.pid()));
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            kill();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }
}
