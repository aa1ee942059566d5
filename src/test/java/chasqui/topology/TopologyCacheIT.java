package chasqui.topology;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.TapeStandIn;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyCacheIT {
    @TempDir
    private Path folder;

    @Test
    void what_was_read_last_is_there_after_a_restart_and_what_is_damaged_is_not() throws Exception {
        Path file = folder.resolve("topology-cache.json");
        try (TestDatabase database = new TestDatabase()) {
            TestTopology.on(database.jdbi(), folder);
            new TapeStandIn(folder.resolve("library"))
                    .replace(database.jdbi(), "cologne", "lta", folder.resolve("recalled"), true);
            database.execute("""
                    INSERT INTO data_location (site_id, name, location_type, storage_type, bucket, prefix, credential)
                    SELECT id, 'objects', 'LONG_TERM_ARCHIVE', 'S3', 'archive', 'raw/', 'key-1' FROM site WHERE short_name = 'us';
                    INSERT INTO transfer_route (origin_site_id, destination_site_id, route_type, time_windows, options, concurrency)
                    SELECT o.id, d.id, 'DIRECT', '{22:00-04:00}', '{"streams": "4"}', 3
                      FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                    """);
            Topology read = new Locations(database.jdbi(), new TopologyCache(file)).refresh();

            Locations restarted = new Locations(database.jdbi(), new TopologyCache(file));
            restarted.recall();
            assertThat(restarted.current().sites()).isEqualTo(read.sites());
            assertThat(restarted.current().locations()).isEqualTo(read.locations());
            assertThat(restarted.current().routes()).isEqualTo(read.routes());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");

            String text = Files.readString(file);
            for (String damaged : new String[] {
                text.replace("\"archive\"", "\"another\""), text.substring(0, text.length() / 2), "", "{}"
            }) {
                Files.writeString(file, damaged);
                assertThat(new TopologyCache(file).read()).isEmpty();
            }
            database.execute("UPDATE site SET lta_weight = 7 WHERE short_name = 'us'");
            assertThat(restarted.refresh()).isNotNull();
            assertThat(new TopologyCache(file).read().orElseThrow().sites())
                    .extracting(Site::ltaWeight)
                    .contains(7);
        }
    }
}
