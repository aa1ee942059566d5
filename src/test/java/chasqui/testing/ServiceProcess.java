package chasqui.testing;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.awaitility.Awaitility;

/**
 * A node of an {@link Installation}: {@code chasqui run} in a process of its own, with a home, a name, roles and locations.
 * It can be killed and started again as the same node.
 */
public final class ServiceProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final String name;
    private final Path folder;
    private final List<String> before;
    private final Map<String, String> environment;
    private final List<String> arguments;
    private final List<Program> incarnations = new ArrayList<>();

    /**
     * @param folder exists, empty; gets its home and what it writes
     * @param before words of the command that leads to where it runs; empty: here
     */
    ServiceProcess(
            String name, Path folder, List<String> before, Map<String, String> environment, List<String> arguments) {
        this.name = name;
        this.folder = folder;
        this.before = List.copyOf(before);
        this.environment = Map.copyOf(environment);
        this.arguments = List.copyOf(arguments);
    }

    /** Starts it, for the first time or again, and does not wait; {@link #awaitHealthy} does. */
    public ServiceProcess start() throws IOException {
        if (alive()) {
            throw new IllegalStateException(name + " runs already");
        }
        // Of an incarnation that was killed: its port may be somebody else's by now.
        Files.deleteIfExists(address());
        List<String> words = new ArrayList<>(List.of("run", "--home", home().toString()));
        words.addAll(arguments);
        incarnations.add(Program.start(before, folder, environment, words.toArray(String[]::new)));
        return this;
    }

    /** Waits until it says of itself that all is well; fails with what it wrote when it ends instead. */
    public ServiceProcess awaitHealthy() throws IOException {
        Awaitility.await().atMost(LIMIT).until(() -> !alive() || healthy());
        if (!alive()) {
            throw new AssertionError(name + " has ended: " + log());
        }
        return this;
    }

    public boolean healthy() throws InterruptedException {
        Properties told = new Properties();
        try (Reader in = Files.newBufferedReader(address())) {
            told.load(in);
            URI health = URI.create(told.getProperty("url", "")).resolve("/observe/health");
            HttpRequest request = HttpRequest.newBuilder(health)
                    .timeout(Duration.ofSeconds(10))
                    .build();
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException | IllegalArgumentException notYet) {
            return false;
        }
    }

    public boolean alive() {
        return !incarnations.isEmpty() && current().alive();
    }

    public long pid() {
        return current().pid();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        current().kill();
    }

    /** SIGSTOP: it keeps its connections and does nothing. */
    public void freeze() throws Exception {
        Tools.run(folder, "kill", "-STOP", Long.toString(pid()));
    }

    /** SIGCONT. */
    public void thaw() throws Exception {
        Tools.run(folder, "kill", "-CONT", Long.toString(pid()));
    }

    /** SIGTERM, and the end of it. */
    public Program.Ended terminate() throws Exception {
        current().terminate();
        return current().await(LIMIT);
    }

    /** How it ends by itself; fails when it goes on. */
    public Program.Ended ended() throws Exception {
        return current().await(LIMIT);
    }

    /** What all its incarnations wrote, the first one first. */
    public String log() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Program one : incarnations) {
            all.append("--- process ")
                    .append(one.pid())
                    .append('\n')
                    .append(one.out())
                    .append(one.err());
        }
        return all.toString();
    }

    public String name() {
        return name;
    }

    public Path home() {
        return folder.resolve("home");
    }

    private Path address() {
        return home().resolve("management.properties");
    }

    private Program current() {
        return incarnations.get(incarnations.size() - 1);
    }

    /** Lets it end in order, as far as it still runs. */
    @Override
    public void close() throws InterruptedException {
        for (Program one : incarnations) {
            one.close();
        }
    }
}
