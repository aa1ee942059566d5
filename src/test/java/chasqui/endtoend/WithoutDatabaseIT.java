package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.database.Database;
import chasqui.embedded.RestartablePostgres;
import chasqui.filing.Filing;
import chasqui.filing.FilingRequest;
import chasqui.storage.Progress;
import chasqui.testing.Installation;
import chasqui.testing.ServiceProcess;
import chasqui.testing.TestTopology;
import chasqui.testing.Tools;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service whose PostgreSQL is killed in the middle of packaging and again in the middle of transfers, and which is killed
 * itself before the database is back: what was done stays done.
 */
class WithoutDatabaseIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int NIGHTS = 3;
    private static final int FILE_BYTES = 40_000_000;

    @RegisterExtension
    final Installation installation = new Installation();

    private final Map<String, byte[]> written = new HashMap<>();
    private Path folder;
    private RestartablePostgres postgres;
    private Database database;
    private ServiceProcess service;

    @BeforeEach
    void three_sites(@TempDir Path temporary) throws Exception {
        folder = temporary.toRealPath();
        postgres = RestartablePostgres.start(Files.createDirectory(folder.resolve("postgres")));
        Map<String, String> set = new HashMap<>(postgres.settings());
        database = Database.connect(set.get("chasqui.database.url"), set.get("chasqui.database.user"), "", 2);
        database.migrate();
        TestTopology.on(database.jdbi(), folder.resolve("sites"));
        execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, route_type, rate_limit_bytes_per_second)
                SELECT o.id, d.id, 'CUSTOM', 10000000 FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
        execute("UPDATE site SET lta_weight = 0 WHERE short_name = 'us'");
        set.putAll(Map.of(
                "chasqui.transfer.method", "cp",
                "chasqui.assembly.target-size", "1MB",
                "chasqui.assembly.max-wait", "0s",
                "chasqui.lease.renew", "1s"));
        installation.at(folder.resolve("nodes"), set, Map.of());
        service = installation.start("one", "manager,worker,monitor", "*/*").awaitHealthy();
    }

    @AfterEach
    void close() throws Exception {
        installation.close();
        if (database != null) {
            database.close();
        }
        if (postgres != null) {
            postgres.close();
        }
    }

    private void execute(String sql) {
        database.jdbi().useHandle(db -> db.execute(sql));
    }

    private List<String> values(String sql) {
        return database.jdbi()
                .withHandle(db -> db.createQuery(sql).mapTo(String.class).list());
    }

    private Path root(String location) {
        return folder.resolve("sites").resolve(location);
    }

    private void observe() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < NIGHTS; i++) {
            Path night = Files.createDirectories(root("ccat/telescope_computer").resolve("night-" + i));
            byte[] content = new byte[FILE_BYTES + i];
            random.nextBytes(content);
            Files.write(night.resolve("file"), content);
            written.put("night-" + i + "/file", content);
        }
        for (int i = 0; i < NIGHTS; i++) {
            new Filing(database.jdbi(), new Locations(database.jdbi()))
                    .file(
                            new FilingRequest(
                                    root("ccat/telescope_computer").resolve("night-" + i),
                                    "camera",
                                    null,
                                    "night-" + i,
                                    true),
                            Progress.NONE);
        }
    }

    private static List<String> names(Path in) {
        try (Stream<Path> all = Files.list(in)) {
            return all.map(file -> file.getFileName().toString()).toList();
        } catch (IOException notThere) {
            return List.of();
        }
    }

    /** Ids of operations whose results wait, by the kind of their results. */
    private Set<Long> journaled(String kind) {
        Path journal = service.home().resolve("journal");
        return names(journal).stream()
                .filter(name -> name.endsWith(".json"))
                .filter(name -> says(journal.resolve(name), kind))
                .map(name -> Long.parseLong(name.split("-")[1]))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean says(Path file, String kind) {
        try {
            return Files.readString(file).contains("\"kind\":\"" + kind + "\"");
        } catch (IOException gone) {
            return false;
        }
    }

    /** The service stands still from the moment in which it is met at work until the database is gone. */
    private void killTheDatabaseWhen(Callable<Boolean> atWork) throws Exception {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).until(atWork);
        Tools.run(folder, "kill", "-STOP", Long.toString(service.pid()));
        try {
            postgres.stop("KILL");
        } finally {
            Tools.run(folder, "kill", "-CONT", Long.toString(service.pid()));
        }
    }

    private boolean packs() {
        return !names(root("ccat/buffer/.chasqui/tmp")).isEmpty();
    }

    /** The first thing that is made there is the half of a transfer package, and sending takes four seconds. */
    private boolean sends() {
        return !names(root("cologne/buffer/.chasqui/tmp")).isEmpty();
    }

    @Test
    void what_was_done_without_the_database_is_recorded_once_also_by_a_process_that_was_killed_meanwhile()
            throws Exception {
        observe();
        killTheDatabaseWhen(this::packs);
        await().atMost(LIMIT)
                .until(() -> !journaled("Packed").isEmpty()
                        && names(root("ccat/buffer/.chasqui/tmp")).isEmpty());
        Set<Long> packed = journaled("Packed");
        service.kill();
        assertThat(journaled("Packed")).isEqualTo(packed);
        service.start();
        await().atMost(LIMIT).until(() -> service.log().contains("started without the database"));
        postgres.run();
        service.awaitHealthy();
        await().atMost(LIMIT).until(() -> journaled("Packed").isEmpty());

        killTheDatabaseWhen(this::sends);
        await().atMost(LIMIT).until(() -> !journaled("Sent").isEmpty());
        Set<Long> sent = journaled("Sent");
        postgres.run();

        await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> assertThat(values("""
                                SELECT p.name FROM raw_data_package p
                                  JOIN physical_copy c ON c.raw_data_package_id = p.id AND c.state = 'PRESENT'
                                  JOIN data_location l ON l.id = c.data_location_id AND l.location_type = 'LONG_TERM_ARCHIVE'
                                """))
                .hasSize(2 * NIGHTS));
        await().atMost(LIMIT).until(() -> values("SELECT id FROM operation WHERE type <> 'deletion'")
                .isEmpty());
        assertThat(onlyAttempts(packed)).as("packed without the database").containsOnly("COMPLETED");
        assertThat(onlyAttempts(sent)).as("sent without the database").containsOnly("COMPLETED");
        assertThat(values("""
                        SELECT type || ' ' || subject_id FROM operation_history WHERE status = 'COMPLETED'
                         GROUP BY type, subject_id, data_location_id HAVING count(*) > 1
                        """)).as("done twice").isEmpty();
        assertThat(values("SELECT id FROM operation_history WHERE attempt > 0 OR stalls > 0"))
                .as("charged to the work")
                .isEmpty();
        assertThat(names(service.home().resolve("journal"))).isEmpty();
        for (String archive : List.of("cologne/lta", "us/lta")) {
            holdsEverything(root(archive));
        }
    }

    private List<String> onlyAttempts(Set<Long> operations) {
        String ids = operations.stream().map(String::valueOf).collect(Collectors.joining(","));
        return values("SELECT string_agg(outcome, ' ') FROM operation_attempt WHERE operation_id IN (" + ids
                + ") GROUP BY operation_id");
    }

    private void holdsEverything(Path archive) throws Exception {
        Path tree = Files.createDirectories(
                folder.resolve("opened").resolve(archive.getParent().getFileName()));
        try (Stream<Path> all = Files.walk(archive)) {
            for (Path tar : all.filter(file -> file.toString().endsWith(".tar")).toList()) {
                Tools.run(tree, "tar", "xf", tar.toString());
            }
        }
        written.forEach((name, content) -> assertThat(tree.resolve(name)).hasBinaryContent(content));
    }
}
