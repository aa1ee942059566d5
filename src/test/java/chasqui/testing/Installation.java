package chasqui.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Several service processes of one observatory on this machine: the packaged program, one database, each node with a home,
 * roles and locations of its own. Ends all of them after the test; when it has failed, what they and the commands wrote is
 * kept under {@code target/installations}.
 */
public final class Installation implements AfterEachCallback, AutoCloseable {
    private static final Duration COMMAND_LIMIT = Duration.ofMinutes(2);
    /** Nobody waits longer than needed, and several processes share a small machine. */
    private static final Map<String, String> QUICK = Map.ofEntries(
            Map.entry("chasqui.management.port", "0"),
            Map.entry("chasqui.api.port", "0"),
            Map.entry("chasqui.database.connections", "6"),
            Map.entry("chasqui.manager.interval", "400ms"),
            Map.entry("chasqui.worker.look", "500ms"),
            Map.entry("chasqui.monitor.interval", "2s"),
            Map.entry("chasqui.retry.first", "500ms"),
            Map.entry("chasqui.park.first", "1s"),
            Map.entry("chasqui.park.longest", "5s"),
            Map.entry("chasqui.drain", "20s"),
            // On a busy machine a start of all of them takes longer than what hangs may take.
            Map.entry("chasqui.preflight.limit", "3min"));

    /**
     * Where a process runs.
     *
     * @param before words of the command that leads there, before those of the program
     * @param settings by key, over those of the whole installation: how the world looks from there
     */
    public record Place(List<String> before, Map<String, String> settings) {
        public static final Place HERE = new Place(List.of(), Map.of());

        public Place with(Map<String, String> more) {
            Map<String, String> all = new TreeMap<>(settings);
            all.putAll(more);
            return new Place(before, all);
        }
    }

    private final Map<String, ServiceProcess> nodes = new LinkedHashMap<>();
    private final List<String> commands = new ArrayList<>();
    private Path folder;
    private Map<String, String> settings = Map.of();
    private Map<String, String> environment = Map.of();

    /**
     * Before anything starts.
     *
     * @param home exists; gets the homes of all nodes
     * @param everywhere settings of every node and command, by key; at least the database's
     * @param variables of the environment that are no settings, such as keys of S3 stores
     */
    public void at(Path home, Map<String, String> everywhere, Map<String, String> variables) throws IOException {
        folder = Files.createDirectories(home);
        settings = new TreeMap<>(QUICK);
        settings.putAll(everywhere);
        environment = Map.copyOf(variables);
    }

    /** Starts a node and does not wait for it. */
    public ServiceProcess start(String name, String roles, String locations) throws IOException {
        return start(name, roles, locations, Map.of());
    }

    /**
     * @param roles as for {@code chasqui run --role}
     * @param locations as for {@code chasqui run --locations}
     * @param own settings of this node alone, by key
     */
    public ServiceProcess start(String name, String roles, String locations, Map<String, String> own)
            throws IOException {
        return start(name, roles, locations, Place.HERE.with(own));
    }

    /**
     * @param name of the process; also that of the node, unless its settings give another
     * @param place with settings of this node alone
     */
    public ServiceProcess start(String name, String roles, String locations, Place place) throws IOException {
        Map<String, String> all = new TreeMap<>(place.settings());
        all.putIfAbsent("chasqui.node.name", name);
        ServiceProcess node = new ServiceProcess(
                name,
                Files.createDirectory(folder.resolve(name)),
                place.before(),
                environment(all),
                List.of("--role", roles, "--locations", locations));
        nodes.put(name, node);
        return node.start();
    }

    public ServiceProcess node(String name) {
        return nodes.get(name);
    }

    /** Waits until every node says that all is well. */
    public void awaitHealthy() throws IOException {
        for (ServiceProcess node : nodes.values()) {
            node.awaitHealthy();
        }
    }

    /** A command of an operator, in the environment of the nodes; fails when it does. */
    public Program.Ended run(String... arguments) throws Exception {
        return runAt(Place.HERE, arguments);
    }

    /** The same from somewhere else. */
    public Program.Ended runAt(Place place, String... arguments) throws Exception {
        Path home = Files.createDirectories(folder.resolve("operator"));
        Map<String, String> own = environment(
                place.with(Map.of("chasqui.home", home.resolve("home").toString()))
                        .settings());
        try (Program program = Program.start(place.before(), home, own, arguments)) {
            Program.Ended ended = program.await(COMMAND_LIMIT);
            commands.add(String.join(" ", arguments) + " -> " + ended.exit() + "\n" + ended.out() + ended.err());
            if (ended.exit() != 0) {
                throw new AssertionError(commands.get(commands.size() - 1));
            }
            return ended;
        }
    }

    private Map<String, String> environment(Map<String, String> own) {
        Map<String, String> all = new TreeMap<>(settings);
        all.putAll(own);
        Map<String, String> variables = new TreeMap<>(environment);
        all.forEach((key, value) -> variables.put(key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"), value));
        return variables;
    }

    @Override
    public void afterEach(ExtensionContext test) throws Exception {
        try {
            if (test.getExecutionException().isPresent()) {
                keepLogs(test.getRequiredTestClass().getSimpleName() + "."
                        + test.getRequiredTestMethod().getName());
            }
        } finally {
            close();
        }
    }

    private void keepLogs(String name) throws IOException {
        Path kept = Files.createDirectories(Path.of("target/installations").resolve(name));
        for (ServiceProcess node : nodes.values()) {
            Files.writeString(kept.resolve(node.name() + ".log"), node.log());
        }
        Files.write(kept.resolve("commands.log"), commands);
        System.out.println("What the nodes wrote is in " + kept.toAbsolutePath());
    }

    /** Ends all nodes, at once: each may wait for its running work. For who must end something after them. */
    @Override
    public void close() throws InterruptedException {
        List<Thread> endings = new ArrayList<>();
        for (ServiceProcess node : nodes.values()) {
            Thread ending = new Thread(() -> end(node), "end of " + node.name());
            ending.start();
            endings.add(ending);
        }
        for (Thread ending : endings) {
            ending.join();
        }
    }

    private static void end(ServiceProcess node) {
        try {
            node.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
