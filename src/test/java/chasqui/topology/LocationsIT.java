package chasqui.topology;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.TapeStandIn;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocationsIT {
    private final TestDatabase database = new TestDatabase();
    private final Locations locations = new Locations(database.jdbi());

    @TempDir
    Path folder;

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void buffers_come_by_priority_and_only_while_active() throws Exception {
        TestTopology.location(database.jdbi(), folder, "cologne", "quick", "BUFFER");
        TestTopology.location(database.jdbi(), folder, "cologne", "broken", "BUFFER");
        database.execute("UPDATE data_location SET priority = 10 WHERE name = 'quick'");
        database.execute("UPDATE data_location SET priority = 1, active = false WHERE name = 'broken'");

        assertThat(locations.refresh().buffersOf(site("cologne")))
                .extracting(DataLocation::label)
                .containsExactly("cologne/quick", "cologne/buffer");
    }

    @Test
    void an_unchanged_topology_is_not_read_again_and_each_change_is_seen() {
        Topology first = locations.refresh();
        assertThat(locations.refresh()).isSameAs(first);
        for (String change : List.of(
                "UPDATE site SET lta_weight = 7 WHERE short_name = 'us'",
                "UPDATE data_location SET priority = 7 WHERE name = 'lta'",
                "INSERT INTO transfer_route (origin_site_id, destination_site_id) VALUES (1, 2)",
                "DELETE FROM transfer_route")) {
            Topology before = locations.current();
            database.execute(change);
            assertThat(locations.refresh()).as(change).isNotSameAs(before);
            assertThat(locations.refresh()).isSameAs(locations.current());
        }
    }

    @Test
    void an_archive_site_needs_an_active_buffer_and_an_active_archive() {
        assertThat(locations.refresh().archiveSites())
                .containsExactly(new ArchiveSite(site("cologne"), "cologne", 1), new ArchiveSite(site("us"), "us", 1));

        database.execute("UPDATE data_location SET active = false WHERE name = 'lta' AND site_id = " + site("us"));
        assertThat(locations.refresh().archiveSites())
                .extracting(ArchiveSite::shortName)
                .containsExactly("cologne");

        database.execute("UPDATE site SET active = false WHERE short_name = 'cologne'");
        assertThat(locations.refresh().archiveSites()).isEmpty();
        assertThat(locations.current().buffersOf(site("cologne"))).isEmpty();
    }

    @Test
    void the_route_with_the_lowest_priority_number_is_taken() {
        assertThat(locations.refresh().route(site("ccat"), site("us"))).isEmpty();
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, method, pull, forbidden, time_windows, priority, active)
                SELECT o.id, d.id, m.method, m.pull, m.forbidden, m.windows, m.priority, m.active
                  FROM site o, site d,
                       (VALUES ('cp', true, false, '{22:00-04:00}'::text[], 20, true), (NULL, false, true, NULL, 30, true),
                               ('bbcp', false, false, NULL, 10, false)) AS m(method, pull, forbidden, windows, priority, active)
                 WHERE o.short_name = 'ccat' AND d.short_name = 'us'
                """);

        TransferRoute route =
                locations.refresh().route(site("ccat"), site("us")).orElseThrow();
        assertThat(route.method()).isEqualTo("cp");
        assertThat(route.pull()).isTrue();
        assertThat(route.forbidden()).isFalse();
        assertThat(route.timeWindows()).containsExactly("22:00-04:00");
        assertThat(route.originLocationId()).isNull();
        assertThat(locations.current().route(site("us"), site("ccat"))).isEmpty();
    }

    @Test
    void every_operation_type_has_a_queue_at_every_active_location_it_works_at() {
        database.execute("UPDATE data_location SET active = false WHERE name = 'processing'");

        assertThat(new QueueDiscovery(database.jdbi(), locations).queues())
                .extracting(Queue::name)
                .containsExactly(
                        "ccat_telescope_computer_raw_data_package_creation",
                        "ccat_buffer_data_transfer_package_creation",
                        "cologne_buffer_data_transfer_package_creation",
                        "us_buffer_data_transfer_package_creation",
                        "ccat_buffer_data_transfer",
                        "cologne_buffer_data_transfer",
                        "us_buffer_data_transfer",
                        "ccat_buffer_data_transfer_unpacking",
                        "cologne_buffer_data_transfer_unpacking",
                        "us_buffer_data_transfer_unpacking",
                        "cologne_lta_long_term_archive_transfer",
                        "cologne_lta_verification",
                        "us_lta_long_term_archive_transfer",
                        "us_lta_verification",
                        "ccat_buffer_deletion",
                        "ccat_telescope_computer_deletion",
                        "cologne_buffer_deletion",
                        "us_buffer_deletion");
    }

    @Test
    void only_an_archive_on_tape_has_a_queue_for_recalls() throws Exception {
        new TapeStandIn(folder.resolve("library"))
                .replace(database.jdbi(), "us", "lta", folder.resolve("recalled"), true);

        assertThat(new QueueDiscovery(database.jdbi(), locations).queues())
                .extracting(Queue::name)
                .filteredOn(name -> name.contains("_lta_"))
                .containsExactlyInAnyOrder(
                        "cologne_lta_long_term_archive_transfer",
                        "cologne_lta_verification",
                        "us_lta_long_term_archive_transfer",
                        "us_lta_verification",
                        "us_lta_tape_recall");
        DataLocation tape = locations.current().locations().stream()
                .filter(location -> location.label().equals("us/lta"))
                .findFirst()
                .orElseThrow();
        assertThat(tape.tape().recallRoot()).isEqualTo(folder.resolve("recalled"));
        assertThat(tape.tape().commands().checksum()).endsWith("checksum", "{name}");
    }

    private long site(String shortName) {
        return Long.parseLong(database.value("SELECT id FROM site WHERE short_name = '" + shortName + "'"));
    }
}
