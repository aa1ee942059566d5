package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.Installation;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is edited in the topology takes effect on every running node by itself, and what is wrong there harms none. */
class LiveTopologyIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static final List<String> NODES = List.of("one", "two");

    @RegisterExtension
    final Installation installation = new Installation();

    private final TestDatabase database = new TestDatabase();

    @TempDir
    private Path folder;

    @AfterEach
    void close() throws Exception {
        installation.close();
        database.close();
    }

    /** Each of the two has written this, this often. */
    private void told(String what, int times) {
        await().atMost(LIMIT).untilAsserted(() -> {
            for (String node : NODES) {
                assertThat(installation.node(node).log().split(Pattern.quote(what), -1).length - 1)
                        .as("%s says: %s", node, what)
                        .isGreaterThanOrEqualTo(times);
            }
        });
    }

    @Test
    void edits_in_sql_and_by_command_take_effect_on_two_nodes() throws Exception {
        Path sites = Files.createDirectory(folder.resolve("sites"));
        TestTopology.on(database.jdbi(), sites);
        installation.at(
                folder.resolve("nodes"),
                Map.of("chasqui.database.url", database.url(), "chasqui.manager.interval", "5s"),
                Map.of());
        installation.start("one", "manager,worker", "*/*");
        installation.start("two", "worker", "*/*");
        installation.awaitHealthy();

        TestTopology.location(database.jdbi(), sites, "us", "cluster", "PROCESSING");
        told("new: us_cluster_deletion, us_cluster_staging", 1);

        installation.run("location", "drain", "cologne/buffer", "--reason", "old disks");
        told("cologne/buffer drains: nothing new is put there", 1);
        assertThat(installation.run("status").out()).contains("old disks");

        database.execute("UPDATE data_location SET active = false WHERE name = 'cluster'");
        told("no longer serving us_cluster_staging", 1);

        database.execute("UPDATE data_location SET active = true WHERE name = 'cluster'");
        told("new: us_cluster_deletion, us_cluster_staging", 2);

        // Two relays that send to each other, by a method that nobody has.
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, route_type, relay_site_id, method)
                VALUES (1, 2, 'RELAY', 3, NULL), (3, 2, 'RELAY', 1, NULL), (1, 3, 'CUSTOM', NULL, 'pigeon')
                """);
        told("the topology in the database: transfer route ccat → cologne: relay: us reaches cologne only over", 1);
        told("there is no transfer method \"pigeon\"", 1);
        assertThat(installation.run("topology", "show").out())
                .contains("Wrong with it")
                .contains("pigeon");
        installation.run("location", "activate", "cologne/buffer");
        told("cologne/buffer drains no longer", 1);
        database.execute("DELETE FROM transfer_route");
        told("nothing is wrong with the topology any more", 1);
        installation.awaitHealthy();
    }
}
