package chasqui.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * An ssh server of the machine's own openssh-server, on a loopback port, with throw-away keys, for the user that runs the
 * tests. It stands in for another host, so that "there" and "here" are one file system.
 */
public final class Sshd implements AutoCloseable {
    public static final String HOST = "127.0.0.1";

    private static final int MOST_TRIES = 5;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path folder;
    private final String host;
    private final String path;
    private final int port;
    private Process listener;

    private Sshd(Path folder, String host, String path, int port) {
        this.folder = folder;
        this.host = host;
        this.path = path;
        this.port = port;
    }

    /** @param parent gets a folder with keys and settings; its path holds no blank */
    public static Sshd start(Path parent) throws Exception {
        return start(parent, HOST, "");
    }

    /**
     * One of several.
     *
     * @param host loopback address that it has for itself, such as 127.0.0.2
     * @param path folders for the PATH of its commands, parted by colons; empty: as the system has it
     */
    public static Sshd start(Path parent, String host, String path) throws Exception {
        for (String tool : List.of("sshd", "ssh", "ssh-keygen")) {
            assumeThat(find(tool))
                    .as("SKIPPED: there is no " + tool + " here (Debian: openssh-server, openssh-client)")
                    .isPresent();
        }
        assumeThat(canSeparate())
                .as("SKIPPED: sshd as root wants the folder /run/sshd, which cannot be made here")
                .isTrue();
        Path folder = Files.createDirectory(
                parent.resolve(host.equals(HOST) ? "sshd" : "sshd-" + host),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (String key : List.of("host", "user", "stranger")) {
            Tools.run(folder, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        }
        Files.copy(folder.resolve("user.pub"), folder.resolve("authorized_keys"));
        for (int tries = 1; ; tries++) {
            Sshd sshd = new Sshd(folder, host, path, freePort(host));
            sshd.configure();
            if (sshd.listen()) {
                return sshd;
            }
            if (tries == MOST_TRIES) {
                throw new AssertionError("sshd does not start: " + Files.readString(folder.resolve("log")));
            }
        }
    }

    private void configure() throws IOException {
        String key = Files.readString(folder.resolve("host.pub"));
        Files.writeString(folder.resolve("known_hosts"), "[" + host + "]:" + port + " " + key);
        Files.writeString(folder.resolve("config"), """
                Port %d
                ListenAddress %s
                HostKey %s/host
                AuthorizedKeysFile %s/authorized_keys
                PidFile none
                UsePAM no
                StrictModes no
                PermitRootLogin yes
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                MaxStartups 100
                %s
                """.formatted(
                        port, host, folder, folder, path.isEmpty() ? "" : "SetEnv PATH=" + path));
    }

    public String address() {
        return host;
    }

    public int port() {
        return port;
    }

    /** What an ssh client needs to reach it by its address alone: a part of a configuration file. */
    public String clientSettings() {
        return clientSettingsOver(host, port);
    }

    /** The same for a client that reaches it over another address and port. */
    public String clientSettingsOver(String relayHost, int relayPort) {
        return """
                Host %s
                  HostName %s
                  Port %d
                  HostKeyAlias [%s]:%d
                  IdentityFile %s
                  IdentitiesOnly yes
                  UserKnownHostsFile %s
                  GlobalKnownHostsFile /dev/null
                  StrictHostKeyChecking yes
                """.formatted(
                        host, relayHost, relayPort, host, port, folder.resolve("user"), folder.resolve("known_hosts"));
    }

    /** From here on every command's output begins with this text, as where a login shell's start-up file prints some. */
    public void printBeforeEveryCommand(String text) throws Exception {
        stop();
        Path talker = Files.writeString(
                folder.resolve("talker"),
                "#!/bin/sh\necho '" + text + "'\nexec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"\n");
        Files.setPosixFilePermissions(talker, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(folder.resolve("config"), "ForceCommand " + talker + "\n", StandardOpenOption.APPEND);
        if (!listen()) {
            throw new AssertionError("sshd does not start: " + Files.readString(folder.resolve("log")));
        }
    }

    /** Listens again after {@link #stop}, on the same port. */
    public boolean listen() throws Exception {
        listener = new ProcessBuilder(
                        find("sshd").orElseThrow().toString(),
                        "-D",
                        "-e",
                        "-f",
                        folder.resolve("config").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Awaitility.await().atMost(LIMIT).until(() -> !listener.isAlive() || answers());
        return listener.isAlive();
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), 1000);
            return socket.getInputStream().read() == 'S';
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Words that reach it: program and arguments, without the host. */
    public String ssh() {
        return sshAs("user", "known_hosts");
    }

    /** With a key that it does not know. */
    public String sshWithAnotherKey() {
        return sshAs("stranger", "known_hosts");
    }

    /** With a key that is not there. */
    public String sshWithoutAKey() {
        return sshAs("no-such-key", "known_hosts");
    }

    /** By somebody who has never seen it. */
    public String sshWithoutKnowingIt() {
        return sshAs("user", "nobody_known");
    }

    private String sshAs(String key, String known) {
        return "ssh -F/dev/null -p%d -i%s -oIdentitiesOnly=yes -oUserKnownHostsFile=%s -oGlobalKnownHostsFile=/dev/null -oStrictHostKeyChecking=yes"
                .formatted(port, folder.resolve(key), folder.resolve(known));
    }

    /** What it has started and what those have started, as if they ran on another host. */
    public List<ProcessHandle> processes() {
        return listener.descendants().toList();
    }

    /** As if its host were gone: nobody listens, every session is cut. */
    public void stop() {
        List<ProcessHandle> all = new ArrayList<>(processes());
        listener.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        Awaitility.await().atMost(LIMIT).until(() -> Stream.concat(Stream.of(listener.toHandle()), all.stream())
                .noneMatch(ProcessHandle::isAlive));
    }

    /** As if its host hung: connections are taken, and nothing answers. */
    public void freeze() throws Exception {
        signal("STOP");
    }

    /** After {@link #freeze}. */
    public void thaw() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        Tools.run(folder, "kill", "-" + name, Long.toString(listener.pid()));
    }

    @Override
    public void close() {
        stop();
    }

    private static boolean canSeparate() {
        Path wanted = Path.of("/run/sshd");
        if (!System.getProperty("user.name").equals("root") || Files.isDirectory(wanted)) {
            return true;
        }
        return wanted.toFile().mkdir();
    }

    private static int freePort(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        }
    }

    static Optional<Path> find(String tool) {
        String folders = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin";
        return Stream.of(folders.split(":"))
                .map(folder -> Path.of(folder).resolve(tool))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
