package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of several ways a transfer takes, and from which of several copies. */
class WaysIT {
    @TempDir
    Path folder;

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final TransferManager manager = new TransferManager(
            database.jdbi(),
            new Locations(database.jdbi()),
            new TransferSettings("cp", new StallLimit(Duration.ofMinutes(1))));
    private TestTransfers.Assembled assembled;

    @BeforeEach
    void a_transfer_to_cologne() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        assembled = packages.assembled(List.of(packages.buffered("ccat", 1000)), "cologne");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void route(int priority, String columns, String values) {
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, priority, %s)
                SELECT o.id, d.id, %d, %s FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """.formatted(columns, priority, values));
    }

    private static String at(String site, String location) {
        return "(SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id WHERE s.short_name = '%s' AND l.name = '%s')"
                .formatted(site, location);
    }

    /** How the transfer would go now; empty: it waits. Nothing stays recorded. */
    private String goes() {
        boolean found = manager.findWork() > 0;
        String how = !found ? "" : database.value("""
                SELECT os.short_name || '/' || o.name || ' > ' || ds.short_name || '/' || d.name || ' by ' || t.method
                  FROM data_transfer t
                  JOIN data_location o ON o.id = t.origin_location_id JOIN site os ON os.id = o.site_id
                  JOIN data_location d ON d.id = t.destination_location_id JOIN site ds ON ds.id = d.site_id
                """);
        database.execute("DELETE FROM operation");
        database.execute("UPDATE data_transfer SET status = 'PENDING', destination_location_id = NULL");
        return how;
    }

    /** A further readable copy of the transfer package. */
    private void copyAt(String site, String location) throws Exception {
        Path file = packages.root(site, location).resolve("dtp/" + assembled.name() + ".tar");
        Files.createDirectories(file.getParent());
        Files.copy(assembled.file(), file);
        database.execute("""
                INSERT INTO physical_copy (data_transfer_package_id, data_location_id, path, size_bytes, checksum)
                SELECT data_transfer_package_id, %s, path, size_bytes, checksum FROM physical_copy WHERE id = %d
                """.formatted(at(site, location), assembled.copyId()));
    }

    private void close(String columnOfWay, String value) {
        database.execute("""
                CREATE OR REPLACE FUNCTION way_is_open(route bigint, origin_site bigint, next_site bigint) RETURNS boolean
                LANGUAGE sql STABLE AS $$ SELECT %s IS DISTINCT FROM %s $$
                """.formatted(columnOfWay, value));
    }

    private String id(String method) {
        return database.value("SELECT id FROM transfer_route WHERE method = '" + method + "'");
    }

    @Test
    void of_several_routes_the_best_that_is_open_is_taken_and_without_one_the_transfer_waits() {
        route(20, "method", "'second'");
        route(10, "method", "'first'");
        assertThat(goes()).endsWith("by first");
        close("route", id("first"));
        assertThat(goes()).endsWith("by second");
        close("origin_site", "origin_site");
        assertThat(goes()).as("no way is open").isEmpty();
        close("route", "0");
        database.execute("UPDATE transfer_route SET active = false");
        assertThat(goes()).as("the default way").endsWith("by cp");
    }

    @Test
    void a_route_that_forbids_hides_what_stands_behind_it_and_nothing_before_it() {
        route(10, "method", "'first'");
        route(20, "forbidden", "true");
        route(30, "method", "'third'");
        assertThat(goes()).endsWith("by first");
        close("route", id("first"));
        assertThat(goes()).isEmpty();
    }

    @Test
    void a_route_whose_locations_are_out_of_service_is_the_last_choice() throws Exception {
        TestTopology.location(database.jdbi(), folder, "cologne", "second_buffer", "BUFFER");
        route(10, "method, destination_location_id", "'first', " + at("cologne", "second_buffer"));
        assertThat(goes()).isEqualTo("ccat/buffer > cologne/second_buffer by first");
        database.execute("UPDATE data_location SET active = false WHERE name = 'second_buffer'");
        assertThat(goes()).as("another buffer of the site").isEqualTo("ccat/buffer > cologne/buffer by first");
        route(20, "method", "'second'");
        assertThat(goes()).isEqualTo("ccat/buffer > cologne/buffer by second");
    }

    @Test
    void a_buffer_that_drains_is_passed_by_and_without_another_the_transfer_waits() throws Exception {
        TestTopology.location(database.jdbi(), folder, "cologne", "second_buffer", "BUFFER");
        route(10, "method, destination_location_id", "'first', " + at("cologne", "second_buffer"));
        drain("second_buffer");
        assertThat(goes()).isEqualTo("ccat/buffer > cologne/buffer by first");
        database.execute("UPDATE data_location SET draining_since = now() WHERE id = " + at("cologne", "buffer"));
        assertThat(goes()).isEmpty();
        assertThat(database.value("SELECT waits_for FROM data_transfer"))
                .isEqualTo("a buffer of cologne that does not drain");
    }

    @Test
    void a_transfer_that_has_not_begun_goes_to_the_next_buffer_when_its_own_drains() throws Exception {
        manager.findWork();
        TestTopology.location(database.jdbi(), folder, "cologne", "second_buffer", "BUFFER");
        database.execute("UPDATE data_location SET draining_since = now() WHERE id = " + at("cologne", "buffer"));
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            manager.findWork();
            return database.value("""
                    SELECT count(*) FROM data_transfer t JOIN operation o ON o.data_transfer_id = t.id
                     WHERE t.destination_location_id = %s AND o.status IN ('PENDING', 'SCHEDULED')
                    """.formatted(at("cologne", "second_buffer"))).equals("1");
        });
    }

    @Test
    void no_relay_goes_over_a_site_whose_buffers_drain() {
        route(10, "route_type, relay_site_id", "'RELAY', (SELECT id FROM site WHERE short_name = 'us')");
        route(20, "method", "'second'");
        assertThat(goes()).startsWith("ccat/buffer > us/buffer");
        database.execute("UPDATE data_location SET draining_since = now() WHERE id = " + at("us", "buffer"));
        assertThat(goes()).isEqualTo("ccat/buffer > cologne/buffer by second");
    }

    private void drain(String location) {
        database.execute("UPDATE data_location SET draining_since = now() WHERE name = '" + location + "'");
    }

    @Test
    void the_routes_origin_is_read_where_it_holds_a_copy_and_else_another_of_the_site() throws Exception {
        TestTopology.location(database.jdbi(), folder, "ccat", "second_buffer", "BUFFER");
        route(10, "method, origin_location_id", "'first', " + at("ccat", "second_buffer"));
        assertThat(goes()).startsWith("ccat/buffer >");
        copyAt("ccat", "second_buffer");
        assertThat(goes()).startsWith("ccat/second_buffer >");
        database.execute(
                "UPDATE physical_copy SET state = 'SUSPECT' WHERE data_location_id = " + at("ccat", "second_buffer"));
        assertThat(goes()).startsWith("ccat/buffer >");
    }

    @Test
    void a_copy_elsewhere_spares_the_link_of_the_origin() throws Exception {
        copyAt("us", "buffer");
        database.execute("UPDATE data_transfer SET origin_location_id = NULL");
        assertThat(goes()).startsWith("us/buffer >");
        database.execute("UPDATE site SET active = false WHERE short_name = 'us'");
        assertThat(goes()).startsWith("ccat/buffer >");
    }

    @Test
    void a_transfer_package_does_not_take_a_direct_route() {
        route(10, "method, route_type", "'s3-upload', 'DIRECT'");
        assertThat(goes()).as("the default way").isEqualTo("ccat/buffer > cologne/buffer by cp");
        route(20, "method", "'second'");
        assertThat(goes()).endsWith("by second");
    }

    /** How the operation that is recorded would send it; empty: there is none. */
    private String recorded() {
        return String.join(" ", database.values("""
                SELECT os.short_name || '/' || o.name || ' > ' || ds.short_name || '/' || d.name || ' by ' || t.method
                  FROM operation p JOIN data_transfer t ON t.id = p.data_transfer_id
                  JOIN data_location o ON o.id = t.origin_location_id JOIN site os ON os.id = o.site_id
                  JOIN data_location d ON d.id = t.destination_location_id JOIN site ds ON ds.id = d.site_id
                """));
    }

    @Test
    void what_waits_on_a_route_that_is_switched_off_or_forbidden_does_not_take_it() {
        route(10, "method", "'first'");
        route(20, "method", "'second'");
        manager.findWork();
        assertThat(recorded()).endsWith("by first");
        database.execute("UPDATE transfer_route SET active = false WHERE method = 'first'");
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(recorded()).endsWith("by second");
        database.execute("UPDATE transfer_route SET forbidden = true, priority = 5 WHERE method = 'first'");
        database.execute("UPDATE transfer_route SET active = true");
        assertThat(manager.findWork()).isZero();
        assertThat(recorded()).as("nothing may go to cologne").isEmpty();
        assertThat(database.value("SELECT status FROM data_transfer")).isEqualTo("PENDING");
        database.execute("UPDATE transfer_route SET active = false");
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(recorded()).as("the default way").endsWith("by cp");
        assertThat(manager.findWork()).as("and then it stays so").isZero();
        assertThat(database.values("SELECT DISTINCT failure_message FROM operation_history"))
                .containsExactly("the topology has its way no more");
    }

    @Test
    void what_waits_at_a_buffer_that_is_switched_off_goes_from_another() throws Exception {
        TestTopology.location(database.jdbi(), folder, "ccat", "second_buffer", "BUFFER");
        copyAt("ccat", "second_buffer");
        manager.findWork();
        assertThat(recorded()).startsWith("ccat/buffer >");
        database.execute("UPDATE data_location SET active = false WHERE id = " + at("ccat", "buffer"));
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(recorded()).startsWith("ccat/second_buffer >");
        assertThat(database.value("SELECT queue FROM operation")).isEqualTo("ccat_second_buffer_data_transfer");
    }

    @Test
    void what_has_no_readable_copy_is_not_decided_anew_for_ever() {
        manager.findWork();
        database.execute("UPDATE physical_copy SET state = 'MISSING' WHERE data_transfer_package_id IS NOT NULL");
        database.execute("UPDATE physical_copy SET state = 'MISSING' WHERE raw_data_package_id IS NOT NULL");
        route(10, "method", "'first'");
        manager.findWork();
        assertThat(manager.findWork()).isZero();
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("1");
        assertThat(database.value("SELECT count(*) FROM operation_history")).isEqualTo("0");
    }
}
