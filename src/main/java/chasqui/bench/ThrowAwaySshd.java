package chasqui.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An ssh server with keys that nobody else has, for the user who runs the bench; it ends with the bench. */
final class ThrowAwaySshd implements AutoCloseable {
    private static final Map<String, String> TOOLS =
            Map.of("ssh", "openssh-client", "ssh-keygen", "openssh-client", "bbcp", "none; from bbcp's own source");
    private static final List<Path> SERVERS =
            List.of(Path.of("/usr/sbin/sshd"), Path.of("/usr/local/sbin/sshd"), Path.of("/sbin/sshd"));
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long LOOK_AGAIN_MILLIS = 50;

    private final Process server;
    private final String ssh;

    private ThrowAwaySshd(Process server, String ssh) {
        this.server = server;
        this.ssh = ssh;
    }

    /** @throws BenchImpossible what a transfer through ssh needs is not on this machine */
    static void require() throws BenchImpossible {
        InstalledTools.require(TOOLS);
        if (server() == null) {
            throw new BenchImpossible("there is no sshd on this machine: Debian package openssh-server");
        }
        Path separation = Path.of("/run/sshd");
        if (isRoot() && !Files.isDirectory(separation) && !separation.toFile().mkdir()) {
            throw new BenchImpossible("sshd as root wants the folder " + separation + ": make it");
        }
    }

    static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static Path server() {
        return SERVERS.stream().filter(Files::isExecutable).findFirst().orElse(null);
    }

    static ThrowAwaySshd onLoopback(Path folder) throws IOException, InterruptedException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = free.getLocalPort();
            free.close();
            return start(folder, List.of(), "127.0.0.1", port);
        }
    }

    /**
     * @param parent gets a folder with keys and settings
     * @param prefix words before the server's, such as those that enter a network namespace
     */
    static ThrowAwaySshd start(Path parent, List<String> prefix, String address, int port)
            throws IOException, InterruptedException {
        Path folder = Files.createDirectory(
                parent.resolve("sshd"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (String key : List.of("host", "user")) {
            PeerCommand.run(List.of(
                    "ssh-keygen",
                    "-q",
                    "-t",
                    "ed25519",
                    "-N",
                    "",
                    "-f",
                    folder.resolve(key).toString()));
        }
        Files.writeString(
                folder.resolve("known_hosts"),
                "[" + address + "]:" + port + " " + Files.readString(folder.resolve("host.pub")));
        Path config =
                Files.writeString(folder.resolve("config"), """
                Port %d
                ListenAddress %s
                HostKey %s/host
                AuthorizedKeysFile %s/user.pub
                PidFile none
                UsePAM no
                UseDNS no
                StrictModes no
                PermitRootLogin yes
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                %s
                """.formatted(port, address, folder, folder, samePath()));
        List<String> words = new ArrayList<>(prefix);
        words.addAll(List.of(server().toString(), "-D", "-e", "-f", config.toString()));
        Path log = folder.resolve("log");
        Process server = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Path client = Files.writeString(folder.resolve("client"), """
                Port %d
                IdentityFile %s/user
                IdentitiesOnly yes
                UserKnownHostsFile %s/known_hosts
                StrictHostKeyChecking yes
                BatchMode yes
                """.formatted(port, folder, folder));
        ThrowAwaySshd started = new ThrowAwaySshd(server, "ssh -F" + client);
        started.awaitListening(log);
        return started;
    }

    /** What is measured may lie where sshd would not look. */
    private static String samePath() {
        String path = System.getenv("PATH");
        return path == null || !path.matches("[^\"\\\\\\p{Cntrl}]+") ? "" : "SetEnv \"PATH=" + path + "\"";
    }

    private void awaitListening(Path log) throws IOException, InterruptedException {
        for (long until = System.nanoTime() + LIMIT.toNanos();
                !Files.readString(log).contains("Server listening"); ) {
            if (server.waitFor(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS) || System.nanoTime() - until > 0) {
                close();
                throw new IOException("sshd did not start: " + Files.readString(log));
            }
        }
    }

    /** Words that reach it: program and arguments, without host and user. */
    String ssh() {
        return ssh;
    }

    @Override
    public void close() {
        server.descendants().forEach(ProcessHandle::destroy);
        server.destroy();
    }
}
