package chasqui.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import chasqui.inspection.LinkReader;
import chasqui.inspection.QueueReader;
import chasqui.inspection.StatusReader;
import chasqui.inspection.StatusText;
import chasqui.link.LinkSettings;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.transfer.TransferManager;
import chasqui.transfer.TransferSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Strange rows that the constraints let through: they may stop their own place or link, and nobody else. */
class HostileRowsIT {
    private final TestDatabase database = new TestDatabase();

    @BeforeEach
    void a_topology_with_a_transfer_to_send(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        TestTransfers packages = new TestTransfers(database.jdbi());
        packages.assembled(List.of(packages.buffered("ccat", 1000)), "cologne");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            UPDATE data_location SET draining_since = 'infinity' WHERE id = 7
            UPDATE data_location SET draining_since = '-infinity' WHERE id = 7
            UPDATE site SET draining_since = 'infinity' WHERE short_name = 'us'
            UPDATE data_location SET root = E'/a\\nb' WHERE id = 7
            UPDATE data_location SET root = '/../../..' WHERE id = 7
            UPDATE data_location SET root = '/' || repeat('x', 5000) WHERE id = 7
            UPDATE data_location SET host = '1.2.3.4:99999' WHERE id = 7
            UPDATE data_location SET capacity_bytes = 9223372036854775807 WHERE id = 7
            UPDATE data_location SET storage_type = 'S3', root = NULL, endpoint = '://', region = '', bucket = '', prefix = '../x', credential = '' WHERE id = 7
            UPDATE data_location SET storage_type = 'TAPE', root = NULL, archive_command = '{""}', recall_command = '{""}', query_command = '{""}', recall_root = '/x' WHERE id = 7
            INSERT INTO transfer_route (origin_site_id, destination_site_id, time_windows) VALUES (1, 3, '{}')
            INSERT INTO transfer_route (origin_site_id, destination_site_id, time_windows) VALUES (1, 3, '{08:00-08:00}')
            INSERT INTO transfer_route (origin_site_id, destination_site_id, time_windows) VALUES (1, 3, '[5:6]={08:00-09:00,10:00-11:00}')
            INSERT INTO transfer_route (origin_site_id, destination_site_id, options) VALUES (1, 3, jsonb_build_object('a', NULL))
            INSERT INTO transfer_route (origin_site_id, destination_site_id, options) VALUES (1, 3, jsonb_build_object('', true))
            INSERT INTO transfer_route (origin_site_id, destination_site_id, rate_limit_bytes_per_second) VALUES (1, 3, 9223372036854775807)
            INSERT INTO transfer_route (origin_site_id, destination_site_id, priority) VALUES (1, 3, -2147483648)
            INSERT INTO transfer_route (origin_site_id, destination_site_id, route_type, relay_site_id) VALUES (1, 3, 'RELAY', 2), (2, 3, 'RELAY', 1)
            INSERT INTO operation_type (name, stage, location_types, description) VALUES ('strange', 9, '{NULL}', '')
            INSERT INTO operation_type (name, stage, location_types, description) VALUES ('strange', 9, '{{BUFFER},{SOURCE}}', '')
            """)
    void a_strange_row_stops_neither_other_links_nor_who_looks(String edit) {
        try {
            database.execute(edit);
        } catch (RuntimeException refused) {
            assertThat(refused).as("that is an answer, too").hasMessageContaining("ERROR");
            return;
        }
        Locations locations = new Locations(database.jdbi());
        assertThat(locations.refresh().locations())
                .extracting(DataLocation::label)
                .contains("ccat/buffer", "cologne/buffer", "cologne/lta", "us/buffer");
        Surroundings surroundings = new Surroundings(Map.of(), Set.of("cp"), name -> true);
        StoredTopology stored = new StoredTopology(database.jdbi(), surroundings);
        assertThatCode(stored::problems).doesNotThrowAnyException();
        assertThat(stored.show().parts()).isNotEmpty();
        assertThat(new QueueDiscovery(database.jdbi(), locations).queues())
                .extracting(Queue::name)
                .contains("ccat_buffer_data_transfer");
        assertThat(new TransferManager(
                                database.jdbi(),
                                locations,
                                new TransferSettings("cp", LinkSettings.DEFAULT, new StallLimit(Duration.ofMinutes(1))))
                        .findWork())
                .as("of another link")
                .isEqualTo(1);
        assertThatCode(() -> StatusText.of(new StatusReader(database.jdbi()).read()))
                .doesNotThrowAnyException();
        assertThatCode(() -> new LinkReader(database.jdbi()).read()).doesNotThrowAnyException();
        assertThatCode(() -> new QueueReader(database.jdbi(), Duration.ofMinutes(5)).read())
                .doesNotThrowAnyException();
    }
}
