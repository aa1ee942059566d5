package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.BbcpPrograms;
import chasqui.testing.DatabaseServer;
import chasqui.testing.Installation;
import chasqui.testing.Installation.Place;
import chasqui.testing.RedisServer;
import chasqui.testing.ServiceProcess;
import chasqui.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An installation as {@code deploy/many-machines} describes it, on one machine: a PostgreSQL, a Redis, two managers and a monitor beside
 * them, and workers at three sites, of which Chile is behind a way that can be cut and the last one has two.
 */
final class ManyMachines implements AutoCloseable {
    static final List<String> MANAGERS = List.of("manager1", "manager2");
    static final String MONITOR = "monitor";
    /** Workers that nobody can stand in for; us and us2 serve the same locations. */
    static final List<String> ALONE = List.of("chile", "cologne");

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Chile's own computer has the sources and the buffer. Each archive is filled from the buffer of its site. */
    private static final String TOPOLOGY = """
            observatory: far
            telescope: far
            sites:
              - short_name: ccat
                locations:
                  - { name: camera_computer, type: SOURCE, storage: DISK, root: "{sites}/ccat/camera_computer" }
                  - { name: buffer, type: BUFFER, storage: DISK, host: %s, user: "{user}", root: "{sites}/ccat/buffer" }
                instruments:
                  - { name: camera, modules: [camera] }
              - short_name: cologne
                locations:
                  - { name: buffer, type: BUFFER, storage: DISK, host: %s, user: "{user}", root: "{sites}/cologne/buffer" }
                  - { name: lta, type: LONG_TERM_ARCHIVE, storage: S3, bucket: cologne-lta, credential: cologne }
                  - { name: processing, type: PROCESSING, storage: DISK, root: "{sites}/cologne/processing", accept_cached_verification: true }
              - short_name: us
                locations:
                  - { name: buffer, type: BUFFER, storage: DISK, host: %s, user: "{user}", root: "{sites}/us/buffer" }
                  - { name: lta, type: LONG_TERM_ARCHIVE, storage: DISK, root: "{sites}/us/lta", accept_cached_verification: true }
            """;

    final Installation installation;
    final DatabaseServer server;
    final RedisServer redis;
    final LongWay way;
    final FarSites sites;
    private final Place chile;

    /** @param folder no blank in its path */
    ManyMachines(Path folder, Installation installation) throws Exception {
        this.installation = installation;
        redis = RedisServer.start(folder);
        server = DatabaseServer.start(Files.createDirectory(folder.resolve("postgresql")));
        way = LongWay.any();
        sites = new FarSites(folder.resolve("far"), installation, TestDatabase.on(server));
        sites.reachedBySsh(
                        BbcpPrograms.chosen(Files.createDirectory(folder.resolve("program"))), way.cologne(), way.us())
                .archivedIn("cologne", "cologne-lta")
                .installed(settings())
                .topology(TOPOLOGY.formatted(way.chile(), way.cologne(), way.us()));
        chile = way.inChile(seenFromChile());
        sites.filedFrom(chile);
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("chasqui.queue.endpoint", "redis-queue:{queue}?concurrentConsumers={concurrency}");
        settings.put("chasqui.redis.address", redis.address());
        settings.put("chasqui.lease.duration", "8s");
        settings.put("chasqui.lease.renew", "2s");
        settings.put("chasqui.packaging.size-cap", "4MiB");
        settings.put("chasqui.assembly.target-size", "8MiB");
        settings.put("chasqui.transfer.incoming-age", "1s");
        return settings;
    }

    /** The database, Redis and the hosts of the others, as a machine in Chile has them. */
    private Map<String, String> seenFromChile() throws Exception {
        int database = way.leadingTo("127.0.0.1", server.port());
        int queues = way.leadingTo("127.0.0.1", redis.port());
        Path ssh = Files.writeString(
                sites.folder.resolve("ssh_config-chile"),
                way.clientSettings(sites.host(way.cologne())) + way.clientSettings(sites.host(way.us())));
        return Map.of(
                "chasqui.database.url", "jdbc:postgresql://" + way.servers() + ":" + database + "/chasqui",
                "chasqui.redis.address", "redis://" + way.servers() + ":" + queues,
                "chasqui.management.host", way.chile(),
                "chasqui.bbcp.ssh", "ssh -F" + ssh);
    }

    /** Starts every process and waits until all are well. */
    void start() throws Exception {
        for (String manager : MANAGERS) {
            installation.start(manager, "manager", "*/*");
        }
        installation.start(MONITOR, "monitor", "*/*");
        installation.start("chile", "worker,api", "ccat/*", chile);
        installation.start("cologne", "worker,api", "cologne/*");
        installation.start("us", "worker,api", "us/*");
        installation.start("us2", "worker", "us/*");
        installation.awaitHealthy();
    }

    ServiceProcess node(String name) {
        return installation.node(name);
    }

    void observe(String night) throws Exception {
        sites.observe("camera_computer", "camera", night, 3_000_000, 150_000, 1, 0, 2_500_000);
    }

    /**
     * SIGKILL of a worker in the middle of an operation: a frozen process that still has it can end it no more.
     *
     * @return token of its lease
     */
    String killAtWork(String worker) throws Exception {
        String held = "SELECT lease_token::text FROM operation WHERE status = 'IN_PROGRESS' AND lease_owner = '"
                + worker + "' ORDER BY claimed_at DESC LIMIT 1";
        while (true) {
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> !sites.database.values(held).isEmpty());
            node(worker).freeze();
            List<String> token = sites.database.values(held);
            if (!token.isEmpty()) {
                node(worker).kill();
                return token.get(0);
            }
            node(worker).thaw();
        }
    }

    /** Waits until an operation was taken from the process that had this lease. */
    void awaitPutBack(String token) {
        await().atMost(LIMIT).until(() -> sites.database
                .values("SELECT outcome FROM operation_attempt WHERE lease_token = '" + token + "'")
                .contains("STALLED"));
    }

    /** Waits until files of this observation are in a package: a manager has found them. */
    void awaitFound(String night) {
        await().atMost(LIMIT).until(() -> !sites.database
                .values("SELECT p.name FROM raw_data_package p JOIN executed_observation_unit u"
                        + " ON u.id = p.executed_observation_unit_id WHERE u.name = '" + night + "'")
                .isEmpty());
    }

    /** Waits until this worker has work in hand. */
    void awaitAtWork(String worker) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> !sites.database
                .values("SELECT id FROM operation WHERE status = 'IN_PROGRESS' AND lease_owner = '" + worker + "'")
                .isEmpty());
    }

    /** Asks for a package to be brought back to cologne, as soon as an archive has one. */
    String stage() throws Exception {
        await().atMost(LIMIT).until(() -> !archived().isEmpty());
        String name = archived().get(0);
        installation.run("stage", name, "--to", "cologne/processing");
        return name;
    }

    private List<String> archived() {
        return sites.database.values(
                "SELECT name FROM raw_data_package WHERE state = 'ARCHIVED' ORDER BY archived_at LIMIT 1");
    }

    /** Requires that every file of a package lies there to be processed, and gives it back. */
    void processed(String name) throws Exception {
        await().atMost(LIMIT).until(() -> sites.database
                .value("SELECT count(*) FROM staging_job WHERE staged_at IS NOT NULL")
                .equals("1"));
        List<String> files = sites.database.values("SELECT u.name || '/' || regexp_replace(f.readable_path, '.*/', '')"
                + " FROM raw_data_file f JOIN raw_data_package p ON p.id = f.raw_data_package_id"
                + " JOIN executed_observation_unit u ON u.id = f.executed_observation_unit_id WHERE p.name = '" + name
                + "'");
        Path tree = Path.of(sites.database.value("SELECT l.root || '/' || c.path FROM physical_copy c"
                + " JOIN data_location l ON l.id = c.data_location_id WHERE c.state = 'STAGED'"));
        assertThat(files).isNotEmpty().allSatisfy(file -> assertThat(tree.resolve(file))
                .hasBinaryContent(sites.written().get(file)));
        installation.run("stage", name, "--to", "cologne/processing", "--release");
    }

    /** No process has a lease, no row has an end that another has as well, and no file lies where nobody knows of it. */
    void everythingIsAccountedFor() throws Exception {
        for (String archivist : List.of("cologne", "us")) {
            // Looks at old arrivals when it starts: whoever was killed or cut off cannot take back what it had sent.
            node(archivist).terminate();
            node(archivist).start();
        }
        await().atMost(LIMIT).untilAsserted(() -> OpenedArchives.requireNothingLeft(sites));
        // Whoever has just started writes and removes a probe wherever it may have to write.
        await().atMost(LIMIT).untilAsserted(() -> OpenedArchives.requireAll(sites, null));
        sites.theLedgerBalances();
        assertThat(sites.database.values(
                        "SELECT id || ' ' || type FROM operation_history GROUP BY id, type HAVING count(*) > 1"))
                .as("ended twice")
                .isEmpty();
        assertThat(sites.database.values("SELECT lease_token::text FROM operation_attempt WHERE outcome = 'COMPLETED'"
                        + " GROUP BY lease_token HAVING count(*) > 1"))
                .as("completed twice under one lease")
                .isEmpty();
        assertThat(sites.database.value("SELECT max(attempt) FROM operation_history"))
                .as("it was nobody's fault but the machines'")
                .isEqualTo("0");
    }

    @Override
    public void close() throws Exception {
        sites.close();
        way.close();
        redis.close();
        server.close();
    }
}
