package chasqui.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the database itself refuses, whoever writes it. */
class TopologyGuardsIT {
    private static final String WORK = """
            WITH b AS (INSERT INTO deletion_batch (data_location_id)
                       SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                        WHERE s.short_name = 'cologne' AND l.name = 'processing' RETURNING id, data_location_id)
            INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
            SELECT 'deletion', data_location_id, 'cologne_processing_deletion', id FROM b
            """;
    private static final String SWITCHED_OFF = """
            SELECT count(*) FROM operation o JOIN data_location l ON l.id = o.data_location_id WHERE NOT l.active
            """;

    private final TestDatabase database = new TestDatabase();
    private final ExecutorService others = Executors.newCachedThreadPool();

    @TempDir
    Path folder;

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        others.shutdownNow();
        database.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            UPDATE data_location SET root = (SELECT root FROM data_location WHERE id = 1) WHERE id = 2 | one_location_per_path
            UPDATE data_location SET root = (SELECT concat(root, '/in') FROM data_location WHERE id = 1) WHERE id = 2 | ccat/telescope_computer
            UPDATE data_location SET host = 'LOCALHOST', root = (SELECT root FROM data_location WHERE id = 1) WHERE id = 2 | lie on one path
            UPDATE data_location SET root = '/' WHERE id = 2 | inside each other
            UPDATE data_location SET name = 'other' WHERE id = 2 | keeps its name
            UPDATE data_location SET site_id = 2 WHERE id = 1 | keeps its name
            UPDATE site SET short_name = 'other' WHERE id = 1 | keeps its name
            UPDATE data_location SET location_type = 'CELLAR' WHERE id = 2 | CELLAR
            UPDATE data_location SET storage_type = 'S3', bucket = 'b', credential = 'c' WHERE id = 2 | only_archives_are_not_on_disk
            UPDATE data_location SET root = 'relative' WHERE id = 2 | disk_has_a_root
            UPDATE data_location SET host = '-oProxyCommand=x' WHERE id = 2 | host_check
            UPDATE data_location SET host_user = 'a b' WHERE id = 2 | host_user_check
            UPDATE data_location SET draining_since = now() WHERE id = 1 | a_source_does_not_drain
            UPDATE data_location SET draining_reason = 'why' WHERE id = 2 | only_a_draining_location_says_why
            DELETE FROM site WHERE id = 1 | data_location_site_id_fkey
            INSERT INTO transfer_route (origin_site_id, destination_site_id) VALUES (1, 1) | transfer_route_check
            INSERT INTO transfer_route (origin_site_id, destination_site_id, route_type) VALUES (1, 2, 'RELAY') | transfer_route_check
            INSERT INTO transfer_route (origin_site_id, destination_site_id, route_type, relay_site_id) VALUES (1, 2, 'RELAY', 2) | a_relay_is_between_the_ends
            INSERT INTO transfer_route (origin_site_id, destination_site_id, origin_location_id) VALUES (1, 2, 3) | an_origin_is_at_its_site
            INSERT INTO transfer_route (origin_site_id, destination_site_id, destination_location_id) VALUES (1, 2, 1) | a_destination_is_at_its_site
            INSERT INTO transfer_route (origin_site_id, destination_site_id, time_windows) VALUES (1, 2, '{22:00-04:00,later}') | windows_are_times_of_day
            INSERT INTO transfer_route (origin_site_id, destination_site_id, time_windows) VALUES (1, 2, '{NULL}') | windows_are_times_of_day
            INSERT INTO transfer_route (origin_site_id, destination_site_id, time_windows) VALUES (1, 2, ARRAY['08:00-09:00 10:00-11:00']) | windows_are_times_of_day
            INSERT INTO transfer_route (origin_site_id, destination_site_id, time_windows) VALUES (1, 2, ARRAY['08:00-09:00 ']) | windows_are_times_of_day
            INSERT INTO transfer_route (origin_site_id, destination_site_id, time_windows) VALUES (1, 2, ARRAY[ARRAY['08:00-09:00']]) | windows_are_times_of_day
            UPDATE data_location SET archive_command = '{}' WHERE id = 2 | commands_can_be_called
            UPDATE data_location SET recall_command = '{a,NULL}' WHERE id = 2 | commands_can_be_called
            UPDATE data_location SET query_command = '{{a,b}}' WHERE id = 2 | commands_can_be_called
            UPDATE data_location SET checksum_command = '{}' WHERE id = 2 | commands_can_be_called
            INSERT INTO transfer_route (origin_site_id, destination_site_id, options) VALUES (1, 2, jsonb_build_object('a', '[]'::jsonb)) | options_are_texts
            """)
    void an_edit_that_nobody_could_follow_is_refused(String edit, String why) {
        long version =
                new StoredTopology(database.jdbi(), surroundings()).show().version();
        assertThatThrownBy(() -> database.execute(edit)).hasMessageContaining(why);
        assertThat(new StoredTopology(database.jdbi(), surroundings()).show().version())
                .isEqualTo(version);
    }

    /** As a schema without today's guards may have it. */
    @Test
    void a_row_that_cannot_be_read_is_named_and_left_out_and_the_others_are_followed() throws Exception {
        database.execute("ALTER TABLE transfer_route DROP CONSTRAINT windows_are_times_of_day");
        database.execute("ALTER TABLE data_location DROP CONSTRAINT commands_can_be_called");
        long spoilt = Long.parseLong(database.value("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, priority, time_windows)
                VALUES (1, 2, 7, ARRAY[ARRAY['08:00-09:00']]) RETURNING id
                """));
        database.execute("""
                INSERT INTO data_location (site_id, name, location_type, storage_type, archive_command, recall_command, query_command, recall_root)
                VALUES (2, 'tape', 'LONG_TERM_ARCHIVE', 'TAPE', '{a,NULL}', '{a}', '{a}', '/recalled')
                """);
        String[] told = {
            "location cologne/tape cannot be read and is left out: archive_command is no list of texts: {a,NULL}",
            "transfer route " + spoilt + " cannot be read and is left out: time_windows is no list of texts"
        };
        StoredTopology stored = new StoredTopology(database.jdbi(), surroundings());
        assertThat(String.join("\n", stored.problems())).contains(told);
        assertThat(String.join("\n", stored.show().problems())).contains(told);
        assertThat(new Locations(database.jdbi()).refresh().locations())
                .extracting(DataLocation::label)
                .contains("cologne/lta", "ccat/buffer")
                .doesNotContain("cologne/tape");
        Path with = topology("");
        assertThatThrownBy(() -> new TopologyUpdate(database.jdbi(), surroundings()).apply(with, "me"))
                .hasMessageContaining(told[0])
                .hasMessageContaining(told[1]);
    }

    @Test
    void a_place_may_take_over_the_path_of_one_that_is_switched_off_and_neighbours_may_look_alike() {
        database.execute("UPDATE data_location SET root = root || 'x' WHERE id = 1");
        database.execute("UPDATE data_location SET active = false WHERE id = 1");
        database.execute("UPDATE data_location SET root = (SELECT root FROM data_location WHERE id = 1) WHERE id = 2");
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, time_windows, options, destination_location_id)
                VALUES (1, 2, '{22:00-04:00,05:00-06:00}', '{"streams": "4"}', 3)
                """);
        assertThatThrownBy(() -> database.execute("UPDATE data_location SET active = true WHERE id = 1"))
                .hasMessageContaining("one_location_per_path");
    }

    @Test
    void nothing_begins_at_a_place_that_is_switched_off() {
        database.execute("UPDATE data_location SET active = false WHERE id = 5");
        assertThatThrownBy(() -> database.execute(WORK))
                .hasMessageContaining("switched off meanwhile: cologne/processing");
    }

    @Test
    void whoever_begins_while_a_place_is_being_switched_off_waits_and_is_refused() throws Exception {
        try (Handle off = database.jdbi().open()) {
            off.begin();
            LiveWork work = LiveWork.locking(off);
            assertThat(work.at(processing(off))).isEmpty();
            off.execute("UPDATE data_location SET active = false WHERE id = 5");
            Future<?> beginning = others.submit(() -> database.execute(WORK));
            await().atMost(Duration.ofSeconds(30)).until(() -> database.value(
                            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                    .equals("1"));
            assertThat(beginning.isDone()).isFalse();
            off.commit();
            assertThatThrownBy(beginning::get).hasMessageContaining("switched off meanwhile: cologne/processing");
        }
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE data_location SET active = false WHERE id = 5",
                "UPDATE site SET active = false WHERE short_name = 'cologne'"
            })
    void whoever_switches_off_in_sql_waits_for_those_who_have_begun_and_holds_up_nobody_else(String off)
            throws Exception {
        try (Handle work = database.jdbi().open()) {
            work.begin();
            work.execute(WORK);
            Future<String> left = others.submit(() -> database.jdbi().inTransaction(tx -> {
                tx.execute(off);
                return tx.createQuery("SELECT count(*) FROM operation")
                        .mapTo(String.class)
                        .one();
            }));
            await().atMost(Duration.ofSeconds(30)).until(() -> database.value(
                            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                    .equals("1"));
            database.execute(WORK);
            assertThat(left.isDone())
                    .as("who came meanwhile did not wait behind it")
                    .isFalse();
            work.commit();
            assertThat(left.get(30, TimeUnit.SECONDS))
                    .as("all that there is, is seen")
                    .isEqualTo("2");
        }
        assertThatThrownBy(() -> database.execute(WORK)).hasMessageContaining("switched off meanwhile");
    }

    @Test
    void where_copies_lie_stays_as_it_is_until_somebody_says_that_they_were_moved() throws Exception {
        new TestTransfers(database.jdbi()).buffered("ccat", 1000);
        String move = "UPDATE data_location SET root = root || '/elsewhere' WHERE id = 2";
        assertThatThrownBy(() -> database.execute(move))
                .hasMessageContaining("copies lie at ccat/buffer")
                .hasMessageContaining("chasqui.bytes_moved");
        database.execute("UPDATE data_location SET priority = 7, host = 'elsewhere', root = root WHERE id = 2");
        database.jdbi().useTransaction(tx -> {
            tx.execute("SET LOCAL chasqui.bytes_moved = 'yes'");
            tx.execute(move);
        });
        assertThat(database.value("SELECT root FROM data_location WHERE id = 2"))
                .endsWith("/elsewhere");
        assertThatThrownBy(() -> database.execute(move)).hasMessageContaining("copies lie at ccat/buffer");
        database.execute("UPDATE physical_copy SET state = 'DELETED', deleted_at = now()");
        database.execute(move);
    }

    @Test
    void whoever_switches_off_waits_for_those_who_have_begun_and_is_refused_with_the_list() throws Exception {
        Path with = topology("");
        Path without = topology("name: processing");
        TopologyUpdate update = new TopologyUpdate(database.jdbi(), surroundings());
        update.apply(with, "me");
        try (Handle work = database.jdbi().open()) {
            work.begin();
            work.execute(WORK);
            Future<?> off = others.submit(() -> update.apply(without, "me"));
            await().atMost(Duration.ofSeconds(30)).until(() -> database.value(
                            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                    .equals("1"));
            work.commit();
            assertThatThrownBy(off::get)
                    .hasMessageContaining(
                            "location cologne/processing cannot be switched off while there are live operations (1)");
        }
    }

    @Test
    void of_work_and_the_end_of_its_place_never_both_come_about() throws Exception {
        Path with = topology("");
        Path without = topology("name: processing");
        TopologyUpdate update = new TopologyUpdate(database.jdbi(), surroundings());
        for (int round = 0; round < 10; round++) {
            update.apply(with, "me");
            Future<?> work = others.submit(() -> database.execute(WORK));
            Future<?> off = others.submit(() -> update.apply(without, "me"));
            int failed = failed(work) + failed(off);
            assertThat(database.value(SWITCHED_OFF)).isEqualTo("0");
            assertThat(failed).as("one of them was refused").isEqualTo(1);
            database.execute("DELETE FROM operation");
            database.execute("DELETE FROM deletion_batch");
        }
    }

    private static int failed(Future<?> one) throws InterruptedException {
        try {
            one.get();
            return 0;
        } catch (ExecutionException refused) {
            return 1;
        }
    }

    private static LocationEntry processing(Handle tx) {
        return PresentTopology.read(tx, problem -> {}).locations().stream()
                .filter(location -> location.path().equals("cologne/processing"))
                .findFirst()
                .orElseThrow();
    }

    /** @param left lines with this are left out; "": none */
    private Path topology(String left) throws Exception {
        String text = """
                observatory: Test
                telescope: Test
                sites:
                  - short_name: ccat
                    name: Telescope
                    lta_weight: 0
                    locations:
                      - { name: telescope_computer, type: SOURCE, storage: DISK, root: "${home}/ccat/telescope_computer" }
                      - { name: buffer, type: BUFFER, storage: DISK, root: "${home}/ccat/buffer" }
                  - short_name: cologne
                    name: Cologne
                    locations:
                      - { name: buffer, type: BUFFER, storage: DISK, root: "${home}/cologne/buffer" }
                      - { name: lta, type: LONG_TERM_ARCHIVE, storage: DISK, root: "${home}/cologne/lta" }
                      - { name: processing, type: PROCESSING, storage: DISK, root: "${home}/cologne/processing" }
                """;
        String kept = String.join(
                "\n",
                text.lines()
                        .filter(line -> left.isEmpty() || !line.contains(left))
                        .toList());
        return Files.writeString(folder.resolve(left.isEmpty() ? "with.yaml" : "without.yaml"), kept + "\n");
    }

    private Surroundings surroundings() {
        return new Surroundings(Map.of("home", folder.toString()), Set.of("cp"), name -> true);
    }
}
