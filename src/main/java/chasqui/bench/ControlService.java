package chasqui.bench;

import chasqui.runtime.Foundation;
import chasqui.runtime.Service;
import chasqui.runtime.Surrounding;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.topology.TopologyUpdate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/**
 * A service of its own, as it would run at an observatory, with all its managers and its monitor, and beside them a stage
 * that does nothing. PostgreSQL is the embedded one: fsync and synchronous commit are on.
 */
final class ControlService implements AutoCloseable {
    private static final int BUFFERS = 2;
    private static final int WORKERS = 8;
    private static final int CONNECTIONS = 12;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();

    private final Foundation foundation;
    private final Service service;
    private final NoOperationStage stage;
    private final NoOperationRows rows;
    private final Jdbi database;
    private final String endpoint;
    private ProcessorTime spent;

    private ControlService(Foundation foundation, Service service, NoOperationStage stage, String endpoint) {
        this.foundation = foundation;
        this.service = service;
        this.stage = stage;
        this.endpoint = endpoint;
        this.database = foundation.database().jdbi();
        this.rows = new NoOperationRows(database);
    }

    /**
     * @param folder empty; gets everything
     * @param redis address of the Redis through which hints go; null: they stay in the process
     */
    static ControlService start(Path folder, String redis) throws IOException {
        Settings defaults = SettingsReader.read(null, Map.of(), Map.of());
        Path routes = routes(
                Path.of(System.getProperty("chasqui.root", "")).resolve(defaults.text("chasqui.routes")),
                Files.createDirectory(folder.resolve("routes")));
        Settings settings = SettingsReader.read(null, Map.of(), settings(folder.resolve("home"), routes, redis));
        settings.requireValid();
        Foundation foundation = Foundation.open(settings);
        try {
            Path topology = Files.writeString(folder.resolve("topology.yaml"), topology());
            new TopologyUpdate(foundation.database().jdbi(), Surrounding.of(foundation.home(), settings))
                    .apply(topology, "bench");
            NoOperationRows.define(foundation.database().jdbi());
            NoOperationStage stage = new NoOperationStage(foundation.database().jdbi());
            return new ControlService(
                    foundation,
                    Service.start(foundation, settings, List.of(stage.added())),
                    stage,
                    settings.text("chasqui.queue.endpoint"));
        } catch (IOException | RuntimeException failure) {
            foundation.close();
            throw failure;
        }
    }

    /** The product's own route files, and one more. */
    private static Path routes(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        String name = "8-no-operation.camel.yaml";
        try (InputStream ours = Objects.requireNonNull(ControlService.class.getResourceAsStream("/bench/" + name))) {
            Files.copy(ours, to.resolve(name));
        }
        return to;
    }

    /** Managers that do not wait as long as they do at an observatory: a round finds at most so many. */
    private static Map<String, String> settings(Path home, Path routes, String redis) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "chasqui.home",
                home.toString(),
                "chasqui.routes",
                routes.toString(),
                "chasqui.object-store.embedded",
                "false",
                "chasqui.management.enabled",
                "false",
                "chasqui.api.port",
                "0",
                "chasqui.manager.interval",
                "150ms",
                "chasqui.database.connections",
                Integer.toString(CONNECTIONS),
                "chasqui.worker.concurrency",
                Integer.toString(WORKERS)));
        if (redis != null) {
            settings.put("chasqui.queue.endpoint", "redis-queue:{queue}?concurrentConsumers={concurrency}");
            settings.put("chasqui.redis.address", redis);
            settings.put("chasqui.redis.prefix", "chasqui-bench-" + UUID.randomUUID());
        }
        return settings;
    }

    private static String topology() {
        StringBuilder buffers = new StringBuilder();
        IntStream.rangeClosed(1, BUFFERS)
                .forEach(i -> buffers.append("""
                      - { name: buffer_%1$d, type: BUFFER, storage: DISK, root: "${home}/here/buffer-%1$d" }
                """.formatted(i).indent(0)));
        return """
                observatory: bench
                telescope: bench
                sites:
                  - short_name: here
                    locations:
                      - { name: source, type: SOURCE, storage: DISK, root: "${home}/here/source" }
                %s
                      - { name: lta, type: LONG_TERM_ARCHIVE, storage: DISK, root: "${home}/here/lta" }
                    instruments:
                      - { name: camera, modules: [camera] }
                """.formatted(buffers.toString().stripTrailing());
    }

    Jdbi database() {
        return foundation.database().jdbi();
    }

    Map<String, String> conditions() {
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put(
                "database",
                "PostgreSQL " + shown("server_version") + " on this machine, fsync " + shown("fsync")
                        + ", synchronous_commit " + shown("synchronous_commit"));
        conditions.put(
                "service",
                "one process: " + BUFFERS + " queues, " + WORKERS + " workers each, " + CONNECTIONS
                        + " connections, hints by " + endpoint.replaceFirst(":.*", ""));
        return conditions;
    }

    private String shown(String parameter) {
        return database.withHandle(
                db -> db.createQuery("SHOW " + parameter).mapTo(String.class).one());
    }

    Pgbench pgbench(Path folder) throws IOException {
        return new Pgbench(foundation.embeddedDatabase().orElseThrow().address(), database, CONNECTIONS, folder);
    }

    /**
     * Has that many operations found, enqueued, claimed and completed.
     *
     * @return seconds, from the moment they can be found
     * @throws IOException not all of them were completed, each once
     */
    double run(int operations) throws IOException, InterruptedException {
        rows.prepare(operations);
        stage.forget();
        ProcessorTime before = ProcessorTime.now();
        long started = System.nanoTime();
        rows.letGo();
        await(operations);
        double seconds = (System.nanoTime() - started) / 1e9;
        spent = ProcessorTime.now().since(before).dividedBy(operations);
        rows.requireCompletedOnce(operations);
        return seconds;
    }

    /**
     * The same for one.
     *
     * @return seconds from its enqueueing until its work began
     */
    double one() throws IOException, InterruptedException {
        run(1);
        NoOperationStage.Start start = stage.starts().get(0);
        // The database is on this machine, and so the clock is the same.
        return Duration.between(rows.scheduled(start.operation()), start.at()).toNanos() / 1e9;
    }

    /** What an operation of the last run cost. */
    ProcessorTime spent() {
        return spent;
    }

    /** @return how many of all operations had a hint, 0 to 1; the others were claimed by a worker that looked for more */
    double hinted() {
        return rows.hinted();
    }

    private void await(int operations) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (stage.done() < operations) {
            if (Thread.interrupted() || System.nanoTime() > until) {
                throw new InterruptedException("after " + stage.done() + " of " + operations + " operations");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    @Override
    public void close() {
        service.close();
        foundation.close();
    }
}
