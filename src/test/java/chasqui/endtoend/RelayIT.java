package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseLost;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.transfer.Transfer;
import chasqui.unpacking.UnpackingManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hops: from ccat over the buffer of santiago, which keeps transfer packages as they are, to the archives. */
class RelayIT {
    @TempDir
    Path folder;

    private Stages stages;
    private List<TestTransfers.Buffered> all;
    private TestTransfers.Assembled assembled;
    private Path atRelay;

    @BeforeEach
    void a_relay_between_ccat_and_cologne() throws Exception {
        stages = new Stages(folder);
        stages.database.execute("INSERT INTO site (short_name, name) VALUES ('santiago', 'In the middle')");
        Path relay = TestTopology.location(stages.database.jdbi(), folder, "santiago", "buffer", "BUFFER");
        stages.relay("ccat", "santiago", "cologne");
        all = List.of(stages.packages.buffered("ccat", 30_000, 7), stages.packages.buffered("ccat", 10));
        assembled = stages.packages.assembled(all, "cologne", "us");
        atRelay = relay.resolve("dtp").resolve(assembled.name() + ".tar");
    }

    @AfterEach
    void close() {
        stages.close();
    }

    private long primary() {
        return assembled.transfers().get(0);
    }

    @Test
    void packages_pass_the_relay_as_they_are_and_every_buffer_is_empty_in_the_end() throws Exception {
        Transfer first = stages.send("ccat_buffer");
        assertThat(first.destination().label()).isEqualTo("santiago/buffer");
        assertThat(stages.toSend()).as("nothing goes on that was not proven").isZero();
        stages.unpack("santiago_buffer");
        assertThat(stages.status(primary()))
                .as("half of the way is not the way")
                .isEqualTo("PENDING");
        assertThat(atRelay).hasSameBinaryContentAs(assembled.file());
        assertThat(stages.files("santiago", "buffer"))
                .as("not unpacked, nothing left under its incoming name")
                .containsExactly("dtp/" + assembled.name() + ".tar");
        assertThat(stages.database.values(
                        "SELECT c.path FROM copy_use u JOIN physical_copy c ON c.id = u.physical_copy_id"
                                + " WHERE u.data_transfer_id = " + primary() + " AND c.id <> " + assembled.copyId()))
                .as("the relay's copy is the one that is protected for it")
                .hasSize(1);

        Files.delete(assembled.file()); // from here on the origin is not needed
        Transfer second = stages.send("santiago_buffer");
        assertThat(second.destination().label()).isEqualTo("cologne/buffer");
        stages.unpack("cologne_buffer");
        assertThat(stages.status(primary())).isEqualTo("COMPLETED sent");
        stages.send("cologne_buffer");
        stages.unpack("us_buffer");
        stages.archive("cologne_lta", 2);
        assertThat(
                        stages.database.values(
                                "SELECT path FROM physical_copy WHERE path LIKE 'rdp/%' AND data_location_id ="
                                        + " (SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id WHERE s.short_name = 'santiago')"))
                .as("no raw data package at the relay")
                .isEmpty();
        stages.archive("us_lta", 2);
        stages.requireAllDone();
        for (TestTransfers.Buffered one : all) {
            assertThat(stages.files("us", "lta")).anyMatch(file -> file.endsWith(one.name() + ".tar"));
        }
        stages.delete("santiago_buffer");
        assertThat(stages.files("santiago", "buffer")).isEmpty();
        assertThat(stages.copies()).noneMatch(copy -> copy.startsWith("santiago/"));
    }

    @Test
    void the_relay_keeps_its_copy_until_every_transfer_is_finished_and_the_archive_holds_the_packages()
            throws Exception {
        stages.send("ccat_buffer");
        stages.unpack("santiago_buffer");
        assertRelayKeeps("it is to be sent on");
        stages.send("santiago_buffer");
        assertRelayKeeps("its bytes are not proven at the destination");
        stages.unpack("cologne_buffer");
        stages.archive("cologne_lta", 2);
        assertRelayKeeps("a secondary is not finished: should cologne lose its copy, this is the nearest");
        stages.send("cologne_buffer");
        stages.unpack("us_buffer");
        stages.delete("santiago_buffer");
        assertThat(atRelay).doesNotExist();
    }

    private void assertRelayKeeps(String why) throws Exception {
        stages.deletable();
        assertThat(stages.operations.claim("santiago_buffer_deletion")).as(why).isEmpty();
        assertThat(atRelay).as(why).exists();
    }

    @Test
    void what_arrives_damaged_at_the_relay_is_quarantined_and_sent_again_by_the_origin() throws Exception {
        Transfer sent = stages.send("ccat_buffer");
        Stages.spoil(sent.incoming(), 5_000);
        stages.unpack("santiago_buffer");
        assertThat(stages.status(primary())).isEqualTo("PENDING");
        assertThat(atRelay).doesNotExist();
        assertThat(stages.files("santiago", "buffer")).anyMatch(file -> file.contains("quarantine"));
        assertThat(stages.database.value("SELECT message FROM notification")).contains("damaged on arrival");
        assertThat(stages.send("ccat_buffer").origin().label()).isEqualTo("ccat/buffer");
        stages.unpack("santiago_buffer");
        assertThat(atRelay).hasSameBinaryContentAs(assembled.file());
    }

    @Test
    void what_arrives_damaged_after_the_relay_is_sent_again_by_the_relay_alone() throws Exception {
        stages.send("ccat_buffer");
        stages.unpack("santiago_buffer");
        Stages.spoil(stages.send("santiago_buffer").incoming(), 5_000);
        stages.unpack("cologne_buffer");
        Transfer again = stages.send("santiago_buffer");
        assertThat(again.origin().label()).isEqualTo("santiago/buffer");
        stages.unpack("cologne_buffer");
        assertThat(stages.status(primary())).isEqualTo("COMPLETED sent");
        assertThat(stages.database.value("SELECT string_agg(send_count::text, ' ') FROM data_transfer_hop"))
                .as("how often each hop was tried")
                .isEqualTo("1");
        assertThat(stages.database.value("SELECT send_count FROM data_transfer WHERE id = " + primary()))
                .isEqualTo("3");
    }

    @Test
    void a_worker_that_died_after_naming_is_followed_by_one_that_finds_the_name_and_proves_it_again() throws Exception {
        Transfer sent = stages.send("ccat_buffer");
        Files.createDirectories(atRelay.getParent());
        Files.move(sent.incoming(), atRelay);
        stages.unpack("santiago_buffer");
        assertThat(stages.copies()).contains("santiago/buffer dtp/" + assembled.name() + ".tar PRESENT");
        assertThat(stages.send("santiago_buffer").destination().label()).isEqualTo("cologne/buffer");
    }

    @Test
    void bytes_that_spoiled_after_naming_never_become_a_copy_of_the_relay() throws Exception {
        Transfer sent = stages.send("ccat_buffer");
        Files.createDirectories(atRelay.getParent());
        Files.move(sent.incoming(), atRelay);
        Stages.spoil(atRelay, 5_000);
        stages.unpack("santiago_buffer");
        assertThat(stages.copies()).noneMatch(copy -> copy.startsWith("santiago/"));
        stages.send("ccat_buffer");
        stages.unpack("santiago_buffer");
        assertThat(atRelay).hasSameBinaryContentAs(assembled.file());
    }

    @Test
    void a_worker_that_was_declared_dead_can_neither_send_on_nor_take_back() throws Exception {
        stages.send("ccat_buffer");
        new UnpackingManager(stages.database.jdbi()).findWork();
        Lease slow = stages.claim("santiago_buffer_data_transfer_unpacking");
        TestKernel.takeAway(stages.database, stages.operations, slow);
        assertThatThrownBy(() -> stages.unpackingWorker().work(slow)).isInstanceOf(LeaseLost.class);
        Thread.interrupted(); // losing a lease interrupts whoever works on it
        assertThat(stages.copies()).noneMatch(copy -> copy.startsWith("santiago/"));
        assertThat(stages.status(primary())).isEqualTo("IN_PROGRESS sent");
    }

    @Test
    void when_the_relay_lost_its_copy_the_origin_sends_again() throws Exception {
        stages.send("ccat_buffer");
        stages.unpack("santiago_buffer");
        assertThat(stages.toSend()).isEqualTo(1);
        Files.delete(atRelay);
        assertThat(stages.transfers.prepare(stages.claim("santiago_buffer_data_transfer")))
                .isNull();
        assertThat(stages.copies()).contains("santiago/buffer dtp/" + assembled.name() + ".tar MISSING");
        Transfer again = stages.send("ccat_buffer");
        assertThat(again.destination().label()).as("by the relay once more").isEqualTo("santiago/buffer");
        stages.unpack("santiago_buffer");
        stages.send("santiago_buffer");
        stages.unpack("cologne_buffer");
        assertThat(stages.status(primary())).isEqualTo("COMPLETED sent");
        assertThat(stages.database.value("SELECT count(*) FROM data_transfer_hop"))
                .isEqualTo("2");
    }

    @Test
    void when_the_relay_is_out_of_service_the_origin_takes_the_next_way() throws Exception {
        stages.send("ccat_buffer");
        stages.unpack("santiago_buffer");
        stages.database.execute("UPDATE data_location SET active = false FROM site s"
                + " WHERE s.id = site_id AND s.short_name = 'santiago'");
        assertThat(stages.toSend()).as("there is no other way").isZero();
        stages.route("ccat", "cologne", "priority", "200");
        Transfer straight = stages.send("ccat_buffer");
        assertThat(straight.destination().label()).isEqualTo("cologne/buffer");
        stages.unpack("cologne_buffer");
        assertThat(stages.status(primary())).isEqualTo("COMPLETED sent");
    }

    @Test
    void what_lies_at_the_relay_waits_there_while_its_way_on_is_closed_and_is_not_sent_again() throws Exception {
        stages.route("ccat", "cologne", "priority", "200");
        stages.send("ccat_buffer");
        stages.unpack("santiago_buffer");
        stages.database.execute("""
                CREATE OR REPLACE FUNCTION way_is_open(route bigint, origin_site bigint, next_site bigint) RETURNS boolean
                LANGUAGE sql STABLE AS $$
                    SELECT short_name <> 'santiago' FROM site WHERE id = origin_site
                $$
                """);
        assertThat(stages.toSend()).isZero();
    }

    @Test
    void a_relay_is_not_left_by_a_further_relay() throws Exception {
        stages.send("ccat_buffer");
        stages.unpack("santiago_buffer");
        stages.relay("santiago", "us", "cologne");
        assertThat(stages.toSend()).as("the only way on is a relay").isZero();
        stages.route("santiago", "cologne", "priority", "200");
        assertThat(stages.send("santiago_buffer").destination().label()).isEqualTo("cologne/buffer");
    }
}
