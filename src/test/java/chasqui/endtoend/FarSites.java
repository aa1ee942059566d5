package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.embedded.ObjectStoreAddress;
import chasqui.testing.Installation;
import chasqui.testing.Sshd;
import chasqui.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;

/**
 * An observatory whose sites are far apart, on one machine: each site has a host of its own (a loopback address with an ssh
 * server), the archives' object stores are servers with keys of their own, and service processes of an
 * {@link Installation} serve one site each.
 */
final class FarSites implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Pattern ROOT = Pattern.compile("root: \"?(/[^\",} ]+)");

    final TestDatabase database;
    final Path folder;
    private final Installation installation;
    private final Map<String, Sshd> hosts = new HashMap<>();
    private final Map<String, Store> stores = new TreeMap<>();
    private final Map<String, byte[]> written = new TreeMap<>();
    private Installation.Place observatory = Installation.Place.HERE;

    /** An S3 server with keys that nobody else has. */
    record Store(Home home, EmbeddedObjectStore server) {
        static Store start(Path folder) {
            Home home = Home.open(folder);
            return new Store(home, EmbeddedObjectStore.start(home));
        }

        void close() {
            server.close();
            home.close();
        }
    }

    /** @param folder no blank in its path */
    FarSites(Path folder, Installation installation) throws Exception {
        this(folder, installation, new TestDatabase());
    }

    /** @param database closed with this */
    FarSites(Path folder, Installation installation, TestDatabase database) throws Exception {
        this.database = database;
        this.folder = Files.createDirectories(folder).toRealPath();
        this.installation = installation;
    }

    /**
     * Starts the ssh servers.
     *
     * @param bbcp gets onto the PATH of every host
     * @param addresses of the hosts that are reached by ssh
     */
    FarSites reachedBySsh(Path bbcp, String... addresses) throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("bbcp"), bbcp);
        StringBuilder client = new StringBuilder();
        for (String address : addresses) {
            Sshd host = Sshd.start(folder, address, bin + ":/usr/local/bin:/usr/bin:/bin");
            hosts.put(address, host);
            client.append(host.clientSettings());
        }
        Files.writeString(folder.resolve("ssh_config"), client);
        return this;
    }

    /** Starts a store that a credential of this name opens. */
    FarSites archivedIn(String credential, String bucket) {
        Store store = Store.start(folder.resolve("store-" + credential));
        store.server().ensureBucket(bucket);
        stores.put(credential, store);
        return this;
    }

    /** Tells the installation where everything is; before the topology. */
    FarSites installed(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(Map.ofEntries(
                Map.entry("chasqui.bbcp.command", folder.resolve("bin/bbcp").toString()),
                Map.entry("chasqui.bbcp.ssh", "ssh -F" + folder.resolve("ssh_config")),
                Map.entry("chasqui.bbcp.stall", "10s"),
                Map.entry("chasqui.transfer.probe.first", "1s"),
                Map.entry("chasqui.transfer.probe.longest", "2s"),
                Map.entry("chasqui.tape.look.first", "500ms"),
                Map.entry("chasqui.tape.look.longest", "1s"),
                Map.entry("chasqui.assembly.max-wait", "1s"),
                Map.entry("chasqui.deletion.retention.source", "0s")));
        all.putAll(database.settings());
        all.putAll(settings);
        Map<String, String> keys = new HashMap<>();
        stores.forEach((credential, store) -> {
            String prefix = "CHASQUI_S3_" + credential.toUpperCase(Locale.ROOT) + "_";
            ObjectStoreAddress address = store.server().address();
            keys.put(prefix + "ACCESS_KEY_ID", address.accessKey());
            keys.put(prefix + "SECRET_ACCESS_KEY", address.secretKey());
            keys.put(prefix + "ENDPOINT_URL", address.endpoint().toString());
            keys.put(prefix + "REGION", address.region());
        });
        installation.at(folder.resolve("nodes"), all, keys);
        return this;
    }

    /**
     * Makes this the topology, by the operator's command, and the folders in it, as if file systems were mounted there.
     *
     * @param yaml where {@code {sites}} stands for a folder and {@code {user}} for the one who runs this
     */
    FarSites topology(String yaml) throws Exception {
        String text = yaml.replace("{sites}", folder.resolve("sites").toString())
                .replace("{user}", System.getProperty("user.name"));
        Matcher root = ROOT.matcher(text);
        while (root.find()) {
            Files.createDirectories(Path.of(root.group(1)));
        }
        Path file = Files.writeString(folder.resolve("topology.yaml"), text);
        installation.run("topology", "apply", file.toString());
        return this;
    }

    /** Where the instruments file what they write. */
    void filedFrom(Installation.Place place) {
        observatory = place;
    }

    Path root(String location) {
        return folder.resolve("sites").resolve(location);
    }

    Sshd host(String address) {
        return hosts.get(address);
    }

    Store store(String credential) {
        return stores.get(credential);
    }

    /** An instrument writes files of these sizes on its computer, and files them. */
    void observe(String computer, String instrument, String observation, int... sizes) throws Exception {
        Path place = write(computer, observation, sizes);
        installation.runAt(
                observatory,
                "file",
                place.toString(),
                "--instrument",
                instrument,
                "--observation",
                observation,
                "--finish");
    }

    /** An instrument writes files of these sizes, which are to be found in every archive; somebody must file them. */
    Path write(String computer, String observation, int... sizes) throws Exception {
        Path place = Files.createDirectories(root("ccat/" + computer).resolve(observation));
        Random random = new Random(observation.hashCode());
        for (int i = 0; i < sizes.length; i++) {
            byte[] content = new byte[sizes[i]];
            random.nextBytes(content);
            Files.write(place.resolve("file-" + i), content);
            written.put(observation + "/file-" + i, content);
        }
        return place;
    }

    /** Content of every file that was observed, by its path in a package. */
    Map<String, byte[]> written() {
        return written;
    }

    /** Waits until everything is in every archive and gone from everywhere else. */
    void awaitThrough() throws Exception {
        try {
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(250)).until(this::isThrough);
        } catch (ConditionTimeoutException stuck) {
            throw new AssertionError(
                    "not through: " + installation.run("status").out()
                            + installation.run("link", "list").out(),
                    stuck);
        }
    }

    private boolean isThrough() {
        return database.value("""
                SELECT (SELECT count(*) FROM raw_data_file WHERE raw_data_package_id IS NULL) = 0
                   AND (SELECT count(*) FROM raw_data_package WHERE state = 'ARCHIVED') > 0
                   AND NOT EXISTS (SELECT FROM raw_data_package p CROSS JOIN data_location a
                                    WHERE a.location_type = 'LONG_TERM_ARCHIVE' AND a.active
                                      AND NOT EXISTS (SELECT FROM physical_copy c WHERE c.raw_data_package_id = p.id
                                                         AND c.data_location_id = a.id AND c.state = 'PRESENT'))
                   AND NOT EXISTS (SELECT FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                                    WHERE l.location_type IN ('SOURCE', 'BUFFER') AND c.state <> 'DELETED')
                   AND NOT EXISTS (SELECT FROM operation)
                """).equals("t");
    }

    /** Ways that transfers went, as {@code from to method}. */
    List<String> ways() {
        return database.values("""
                SELECT DISTINCT o.short_name || ' ' || d.short_name || ' ' || t.method
                  FROM data_transfer t
                  JOIN data_location ol ON ol.id = t.origin_location_id JOIN site o ON o.id = ol.site_id
                  JOIN data_location dl ON dl.id = t.destination_location_id JOIN site d ON d.id = dl.site_id
                 ORDER BY 1
                """);
    }

    /** Nothing failed, nothing was done twice, nobody holds anything. */
    void theLedgerBalances() {
        assertThat(database.values("SELECT DISTINCT status FROM operation_history WHERE status <> 'CANCELLED'"))
                .containsExactly("COMPLETED");
        assertThat(database.values("""
                        SELECT type || ' ' || subject_id FROM operation_history
                         WHERE status = 'COMPLETED' AND type NOT IN ('verification', 'data_transfer')
                         GROUP BY type, subject_id, data_location_id HAVING count(*) > 1
                        """)).as("done twice").isEmpty();
        assertThat(database.values("SELECT DISTINCT status FROM data_transfer")).containsExactly("COMPLETED");
        assertThat(database.value("SELECT count(*) FROM copy_use")).isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM reservation")).isEqualTo("0");
        assertThat(database.values("SELECT message FROM notification WHERE level = 'ERROR'"))
                .isEmpty();
    }

    @Override
    public void close() throws Exception {
        installation.close();
        hosts.values().forEach(Sshd::close);
        stores.values().forEach(Store::close);
        database.close();
    }
}
