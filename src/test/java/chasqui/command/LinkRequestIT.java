package chasqui.command;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.inspection.StatusReader;
import chasqui.inspection.StatusText;
import chasqui.inspection.TraceReader;
import chasqui.inspection.TraceText;
import chasqui.link.LinkHealth;
import chasqui.link.LinkSettings;
import chasqui.link.Links;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import chasqui.transfer.TransferEffects;
import chasqui.transfer.TransferManager;
import chasqui.transfer.TransferSettings;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people see of links, and how they stop them. */
class LinkRequestIT {
    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final LinkRequest request = new LinkRequest(
            database.jdbi(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    private final OperationStore operations = TestKernel.of(database.jdbi(), new TransferEffects());
    private final TransferManager manager = new TransferManager(
            database.jdbi(),
            new Locations(database.jdbi()),
            new TransferSettings("cp", new StallLimit(Duration.ofMinutes(1))));

    @BeforeEach
    void a_topology(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private TestTransfers.Assembled assembled(String... sites) throws Exception {
        return packages.assembled(List.of(packages.buffered("ccat", 1000)), sites);
    }

    private JsonNode links() throws Exception {
        out.reset();
        assertThat(request.list(true)).isZero();
        return new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8)).get("links");
    }

    private JsonNode link(String origin, String destination) throws Exception {
        for (JsonNode link : links()) {
            if (link.get("origin").asText().equals(origin)
                    && link.get("destination").asText().equals(destination)) {
                return link;
            }
        }
        throw new AssertionError("no link " + origin + " → " + destination);
    }

    private String status() {
        return StatusText.of(new StatusReader(database.jdbi()).read());
    }

    private String trace(String name) {
        return TraceText.of(new TraceReader(database.jdbi()).find(name).trace());
    }

    @Test
    void every_way_that_data_can_take_is_listed_with_what_goes_and_what_waits() throws Exception {
        for (int i = 0; i < 4; i++) {
            assembled("cologne", "us");
        }
        manager.findWork();
        operations.claim("ccat_buffer_data_transfer").orElseThrow();
        JsonNode link = link("ccat", "cologne");
        assertThat(link.get("state").asText()).isEqualTo("OPEN");
        assertThat(link.get("stuck").asBoolean()).isFalse();
        assertThat(link.get("running").asLong()).isEqualTo(1);
        assertThat(link.get("waiting").asLong()).isEqualTo(3);
        assertThat(link.get("waiting_bytes").asLong())
                .isEqualTo(Long.parseLong(database.value("SELECT 3 * min(size_bytes) FROM data_transfer_package")));
        assertThat(links()).hasSize(4);
        assertThat(links().findValuesAsText("origin")).containsExactly("ccat", "ccat", "cologne", "us");
        out.reset();
        request.list(false);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("ccat → cologne")
                .contains("by storage")
                .contains("open");
    }

    @Test
    void what_was_sent_within_the_hour_is_the_rate() throws Exception {
        TestTransfers.Assembled one = assembled("cologne");
        manager.findWork();
        database.execute("UPDATE data_transfer SET sent_at = clock_timestamp(), incoming_name = 'x'");
        database.execute("UPDATE data_transfer_package SET size_bytes = 7200000000 WHERE id = " + one.id());
        assertThat(link("ccat", "cologne").get("bytes_per_second").asLong()).isEqualTo(2_000_000);
        database.execute("UPDATE data_transfer SET sent_at = clock_timestamp() - interval '2 hours'");
        assertThat(link("ccat", "cologne").get("bytes_per_second").asLong()).isZero();
    }

    @Test
    void a_pause_is_told_in_every_place_where_people_look() throws Exception {
        TestTransfers.Assembled waits = assembled("cologne");
        assertThat(request.pause("ccat", "cologne", "maria", "the antenna is being moved"))
                .isZero();
        manager.findWork();
        assertThat(link("ccat", "cologne").get("state").asText()).isEqualTo("PAUSED");
        assertThat(link("ccat", "cologne").get("says").asText())
                .startsWith("paused by maria since")
                .endsWith("because the antenna is being moved");
        assertThat(status())
                .contains("Links that do not move")
                .contains("ccat → cologne")
                .contains("the antenna is being moved");
        assertThat(trace(waits.name()))
                .contains("waits        transfer to cologne: the link ccat → cologne: paused by maria since");
        assertThat(request.resume("ccat", "cologne", "juan", null)).isZero();
        assertThat(link("ccat", "cologne").get("state").asText()).isEqualTo("OPEN");
    }

    @Test
    void what_waits_for_its_turn_says_so_and_what_nobody_serves_too() throws Exception {
        for (int i = 0; i < 2; i++) {
            assembled("cologne");
        }
        TestTransfers.Assembled third = assembled("cologne");
        manager.findWork();
        assertThat(status()).contains("open, but nothing is under way: does a worker serve ccat?");
        operations.claim("ccat_buffer_data_transfer").orElseThrow();
        assertThat(trace(third.name()))
                .contains("transfer to cologne: its turn on the link ccat → cologne: 1 under way, 2 wait");
        assertThat(status()).doesNotContain("Links that do not move");
    }

    @Test
    void a_link_that_does_not_answer_says_since_when_and_why() throws Exception {
        assembled("cologne");
        database.jdbi().useTransaction(tx -> {
            var link = Links.now(tx).values().stream()
                    .filter(one -> one.name().equals("ccat → cologne"))
                    .findFirst()
                    .orElseThrow()
                    .link();
            for (int i = 0; i < LinkSettings.DEFAULT.unhealthyAfter(); i++) {
                new LinkHealth(LinkSettings.DEFAULT).failed(tx, link, "no route to host");
            }
        });
        assertThat(link("ccat", "cologne").get("state").asText()).isEqualTo("UNHEALTHY");
        assertThat(status()).contains("because no route to host");
    }

    @Test
    void a_forbidden_way_on_which_something_waits_is_listed_as_such() throws Exception {
        assembled("cologne");
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, forbidden)
                SELECT o.id, d.id, true FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
        assertThat(link("ccat", "cologne").get("state").asText()).isEqualTo("FORBIDDEN");
    }

    @Test
    void a_link_that_is_not_there_is_refused_with_those_that_are() {
        assertThat(request.pause("ccat", "mars", "maria", "why")).isEqualTo(2);
        assertThat(request.resume("mars", "ccat", "maria", null)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("known: ccat, cologne, us");
        assertThat(request.resume("ccat", "us", "maria", null)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("was not paused");
    }

    @Test
    void the_list_takes_two_statements_for_few_and_for_many() throws Exception {
        assembled("cologne");
        int few = TestKernel.statements(database.jdbi(), () -> request.list(true));
        for (int i = 0; i < 10; i++) {
            assembled("us", "cologne");
        }
        manager.findWork();
        assertThat(TestKernel.statements(database.jdbi(), () -> request.list(true)))
                .isEqualTo(few)
                .isLessThanOrEqualTo(4);
    }
}
