package chasqui.command;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.inspection.InspectionJson;
import chasqui.inspection.StatusReader;
import chasqui.inspection.StatusText;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How people let places run empty, and what they see of it. */
class DrainRequestIT {
    private final TestDatabase database = new TestDatabase();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final DrainRequest request = new DrainRequest(
            database.jdbi(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));

    @BeforeEach
    void a_topology(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private String status() {
        return StatusText.of(new StatusReader(database.jdbi()).read());
    }

    private boolean takes(String label) {
        return new Locations(database.jdbi())
                .refresh().locations().stream()
                        .filter(location -> location.label().equals(label))
                        .allMatch(DataLocation::takes);
    }

    @Test
    void a_location_that_drains_is_shown_with_what_is_left_who_and_why_until_it_is_used_again() throws Exception {
        new TestTransfers(database.jdbi()).buffered("ccat", 1000);
        assertThat(status()).doesNotContain("Draining");

        assertThat(request.drain("ccat/buffer", "maria", " its disks are old ")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("ccat/buffer takes nothing new; left: copies of raw data packages (1)");
        assertThat(takes("ccat/buffer")).isFalse();
        assertThat(status())
                .contains("Draining")
                .contains("copies of raw data packages (1)")
                .contains("its disks are old (maria)");
        assertThat(InspectionJson.write(new StatusReader(database.jdbi()).read()))
                .contains("\"place\" : \"ccat/buffer\"")
                .contains("\"empty\" : false");

        assertThat(request.activate("ccat/buffer", "ada", "new disks")).isZero();
        assertThat(request.activate("ccat/buffer", "ada", null)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("ccat/buffer is used again within seconds")
                .contains("ccat/buffer did not drain");
        assertThat(takes("ccat/buffer")).isTrue();
        assertThat(status()).doesNotContain("Draining");
        assertThat(database.values(
                        "SELECT who || ': ' || action || ' ' || subject || ', ' || reason FROM audit ORDER BY id"))
                .containsExactly(
                        "maria: draining location ccat/buffer, its disks are old",
                        "ada: draining ended location ccat/buffer, new disks");
    }

    @Test
    void a_whole_site_drains() {
        assertThat(request.drain("us", "maria", "it closes")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("us takes nothing new; nothing is left there");
        assertThat(new Locations(database.jdbi()).refresh().archiveSites()).hasSize(1);
        assertThat(status()).contains("nothing: it can be switched off");
        assertThat(request.activate("us", "maria", null)).isZero();
        assertThat(new Locations(database.jdbi()).refresh().archiveSites()).hasSize(2);
    }

    @Test
    void a_drain_by_sql_is_seen_too_and_again_says_another_reason() {
        database.execute("UPDATE data_location SET draining_since = '2026-01-01T00:00Z' WHERE name = 'processing'");
        assertThat(status()).contains("cologne/processing").contains("no reason given");
        request.drain("cologne/processing", "maria", "moves");
        assertThat(status()).contains("moves (maria)");
        assertThat(database.value(
                        "SELECT draining_since = '2026-01-01T00:00Z' FROM data_location WHERE name = 'processing'"))
                .isEqualTo("t");
    }

    @Test
    void what_cannot_drain_is_refused_with_the_reason() {
        assertThat(request.drain("ccat/telescope_computer", "maria", "why")).isEqualTo(2);
        assertThat(request.drain("ccat/nowhere", "maria", "why")).isEqualTo(2);
        assertThat(request.drain("cologne/lta", "maria", " ")).isEqualTo(2);
        assertThat(request.activate("nowhere", "maria", null)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("ccat/telescope_computer is a SOURCE")
                .contains(
                        "there is no site or data location \"ccat/nowhere\" in service; there are: ccat, cologne, us, ccat/buffer")
                .contains("why? Say so with --reason")
                .contains("\"nowhere\"");
        assertThat(database.value("SELECT count(*) FROM audit")).isEqualTo("0");
    }
}
