package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseLost;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.transfer.Transfer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Single packages from ccat straight into the archive of cologne, and from there into that of us. */
class DirectIT {
    @TempDir
    Path folder;

    private Stages stages;

    @BeforeEach
    void a_direct_route() throws Exception {
        stages = new Stages(folder);
        stages.route("ccat", "cologne", "route_type", "'DIRECT'");
        stages.database.execute("UPDATE site SET lta_weight = 0 WHERE short_name = 'us'");
    }

    @AfterEach
    void close() {
        stages.close();
    }

    /** Everything about one package's transfers, the primary first. */
    private List<String> transfers() {
        return stages.database.values("""
                SELECT s.short_name || ' ' || t.status || CASE WHEN t.sent_at IS NULL THEN '' ELSE ' sent' END
                       || coalesce(' waits for ' || t.waits_for, '')
                  FROM data_transfer t JOIN site s ON s.id = t.destination_site_id ORDER BY t.is_primary DESC, t.id
                """);
    }

    private String usedCopies() {
        return stages.database.value("""
                SELECT string_agg(DISTINCT s.short_name || '/' || l.name, ' ')
                  FROM copy_use u JOIN physical_copy c ON c.id = u.physical_copy_id
                  JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                """);
    }

    private Path archived(String site, TestTransfers.Buffered one) throws Exception {
        try (Stream<Path> all = Files.walk(stages.packages.root(site, "lta"))) {
            return all.filter(file -> file.endsWith(one.name() + ".tar"))
                    .findFirst()
                    .orElse(Path.of("/nowhere"));
        }
    }

    @Test
    void packages_reach_both_archives_without_a_transfer_package_and_no_buffer_but_the_first() throws Exception {
        List<TestTransfers.Buffered> all =
                List.of(stages.packages.buffered("ccat", 30_000, 7), stages.packages.buffered("ccat", 10));
        assertThat(stages.assemble())
                .as("nothing to be bundled, nothing to wait for")
                .isEqualTo(2);
        assertThat(stages.assemble()).as("found once").isZero();
        assertThat(stages.database.value("SELECT count(*) FROM raw_data_package WHERE NOT goes_alone"))
                .as("nobody looks at them again")
                .isEqualTo("0");
        assertThat(transfers())
                .containsExactly(
                        "cologne PENDING",
                        "cologne PENDING",
                        "us PENDING waits for primary transfer",
                        "us PENDING waits for primary transfer");
        assertThat(stages.database.value("SELECT count(*) FROM copy_use")).isEqualTo("4");
        assertThat(stages.database.values("SELECT DISTINCT state FROM raw_data_package"))
                .containsExactly("TRANSFERRING");

        for (int i = 0; i < 2; i++) {
            Transfer sent = stages.send("ccat_buffer");
            assertThat(sent.destination().label()).isEqualTo("cologne/lta");
            assertThat(sent.incoming()).exists();
        }
        assertThat(archived("cologne", all.get(0)))
                .as("nothing has its name before it is proven")
                .doesNotExist();
        stages.archive("cologne_lta", 2);
        assertThat(usedCopies()).as("from here on the origin is not needed").isEqualTo("cologne/lta");
        for (TestTransfers.Buffered one : all) {
            Files.move(one.file(), folder.resolve(one.name()));
        }
        for (int i = 0; i < 2; i++) {
            Transfer sent = stages.send("cologne_buffer");
            assertThat(sent.origin().label()).isEqualTo("cologne/lta");
            assertThat(sent.destination().label()).isEqualTo("us/lta");
        }
        stages.archive("us_lta", 2);

        for (String site : List.of("cologne", "us")) {
            for (TestTransfers.Buffered one : all) {
                assertThat(archived(site, one)).hasSameBinaryContentAs(folder.resolve(one.name()));
                assertThat(archived(site, one).resolveSibling(one.name() + ".json"))
                        .content()
                        .contains("\"destination\":\"cologne/lta\"");
            }
            assertThat(stages.files(site, "lta"))
                    .as("package and sidecar, nothing else")
                    .hasSize(4);
            assertThat(stages.files(site, "buffer")).isEmpty();
        }
        stages.requireAllDone();
        assertThat(stages.database.value("SELECT count(*) FROM data_transfer_package"))
                .isEqualTo("0");
        for (TestTransfers.Buffered one : all) {
            Files.move(folder.resolve(one.name()), one.file());
        }
        stages.delete("ccat_buffer");
        assertThat(stages.files("ccat", "buffer")).isEmpty();
    }

    @Test
    void the_buffers_copy_stays_until_its_primary_transfer_is_completed_and_the_archive_is_proven() throws Exception {
        TestTransfers.Buffered one = stages.packages.buffered("ccat", 1000);
        assertStays(one, "it is not sent");
        stages.assemble();
        assertStays(one, "it is to be sent");
        stages.send("ccat_buffer");
        assertStays(one, "its bytes are not proven");
        stages.archive("cologne_lta", 1);
        stages.database.execute("UPDATE data_transfer SET status = 'FAILED' WHERE is_primary");
        assertStays(one, "the transfer is not completed");
        stages.database.execute("UPDATE data_transfer SET status = 'COMPLETED' WHERE is_primary");
        stages.database.execute("UPDATE verification SET found = 'sha256:0'");
        assertStays(one, "the archive is not proven");
        stages.database.execute("UPDATE verification SET found = expected");
        stages.delete("ccat_buffer");
        assertThat(one.file()).doesNotExist();
    }

    private void assertStays(TestTransfers.Buffered one, String why) {
        stages.deletable();
        assertThat(stages.operations.claim("ccat_buffer_deletion")).as(why).isEmpty();
        assertThat(one.file()).as(why).exists();
    }

    @Test
    void what_arrives_damaged_is_quarantined_and_sent_again_from_the_buffer() throws Exception {
        TestTransfers.Buffered one = stages.packages.buffered("ccat", 30_000);
        stages.assemble();
        Stages.spoil(stages.send("ccat_buffer").incoming(), 5_000);
        stages.archive("cologne_lta", 1);
        assertThat(transfers()).contains("cologne PENDING", "us PENDING waits for primary transfer");
        assertThat(stages.copies()).noneMatch(copy -> copy.startsWith("cologne/"));
        assertThat(stages.files("cologne", "lta")).anyMatch(file -> file.contains("quarantine"));
        stages.send("ccat_buffer");
        stages.archive("cologne_lta", 1);
        assertThat(archived("cologne", one)).hasSameBinaryContentAs(one.file());
        assertThat(transfers()).contains("cologne COMPLETED sent", "us PENDING");
    }

    @Test
    void what_arrived_damaged_reaches_the_archive_also_when_its_route_was_changed_meanwhile() throws Exception {
        TestTransfers.Buffered one = stages.packages.buffered("ccat", 30_000);
        stages.assemble();
        Stages.spoil(stages.send("ccat_buffer").incoming(), 5_000);
        stages.archive("cologne_lta", 1);
        TestTopology.location(stages.database.jdbi(), folder, "cologne", "lta_two", "LONG_TERM_ARCHIVE");
        stages.database.execute("UPDATE transfer_route SET route_type = 'CUSTOM'");
        Transfer sent = stages.send("ccat_buffer");
        assertThat(sent.destination().label()).isEqualTo("cologne/buffer");
        stages.unpack("cologne_buffer");
        stages.archive("cologne_lta", 1);
        assertThat(archived("cologne", one)).hasSameBinaryContentAs(one.file());
    }

    @Test
    void a_worker_of_the_archive_that_was_declared_dead_changes_no_row() throws Exception {
        TestTransfers.Buffered one = stages.packages.buffered("ccat", 1000);
        stages.assemble();
        stages.send("ccat_buffer");
        stages.archivable();
        Lease slow = stages.claim("cologne_lta_long_term_archive_transfer");
        TestKernel.takeAway(stages.database, stages.operations, slow);
        assertThatThrownBy(() -> stages.archiveWorker().work(slow)).isInstanceOf(LeaseLost.class);
        Thread.interrupted(); // losing a lease interrupts whoever works on it
        assertThat(archived("cologne", one)).doesNotExist();
        assertThat(transfers()).contains("cologne IN_PROGRESS sent");
        assertThat(stages.copies()).noneMatch(copy -> copy.startsWith("cologne/"));
    }

    @Test
    void a_secondary_goes_from_the_origins_buffer_when_the_archives_copy_cannot_be_read() throws Exception {
        stages.packages.buffered("ccat", 1000);
        stages.assemble();
        stages.send("ccat_buffer");
        stages.archive("cologne_lta", 1);
        stages.database.execute(
                "UPDATE physical_copy SET state = 'SUSPECT' WHERE data_location_id ="
                        + " (SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id WHERE s.short_name = 'cologne' AND l.name = 'lta')");
        Transfer sent = stages.send("ccat_buffer");
        assertThat(sent.destination().label()).isEqualTo("us/lta");
    }

    @Test
    void where_a_site_got_a_second_archive_packages_pass_its_buffer_and_go_on_from_there() throws Exception {
        stages.packages.buffered("ccat", 1000);
        stages.assemble();
        TestTopology.location(stages.database.jdbi(), folder, "cologne", "second_lta", "LONG_TERM_ARCHIVE");
        assertThat(stages.send("ccat_buffer").destination().label()).isEqualTo("cologne/buffer");
        stages.unpack("cologne_buffer");
        assertThat(transfers()).containsExactly("cologne COMPLETED sent", "us PENDING");
        assertThat(usedCopies()).isEqualTo("cologne/buffer");
        stages.archive("cologne_lta", 1);
        stages.archive("cologne_second_lta", 1);
        Transfer sent = stages.send("cologne_buffer");
        assertThat(sent.origin().label()).isEqualTo("cologne/buffer");
        assertThat(sent.destination().label()).isEqualTo("us/lta");
        stages.archive("us_lta", 1);
        stages.requireAllDone();
    }

    @Test
    void destinations_take_turns_whether_they_are_sent_bundles_or_single_packages() throws Exception {
        stages.database.execute("UPDATE site SET lta_weight = 1 WHERE short_name = 'us'");
        for (int round = 0; round < 4; round++) {
            stages.packages.buffered("ccat", 10);
            stages.packages.buffered("ccat", 10);
            assertThat(stages.assemble())
                    .as("a bundle may come of it: it waits")
                    .isZero();
            stages.database.execute("UPDATE raw_data_package SET packaged_at = packaged_at - interval '1 hour'");
            stages.assemble();
        }
        assertThat(stages.database.values(
                        "SELECT s.short_name FROM data_transfer_package d JOIN site s ON s.id = d.primary_site_id"))
                .containsExactly("us", "us");
        assertThat(transfers())
                .as("two bundles' worth")
                .filteredOn("cologne PENDING"::equals)
                .hasSize(4);
    }

    /** The package lies at cologne's buffer too, and that is on its way into cologne's archive. */
    private Lease archivedFromBuffer(TestTransfers.Buffered one) throws Exception {
        Path there = stages.packages.root("cologne", "buffer").resolve("rdp/" + one.name() + ".tar");
        Files.createDirectories(there.getParent());
        Files.copy(one.file(), there);
        stages.database.execute("""
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, size_bytes, checksum)
                SELECT c.raw_data_package_id, l.id, c.path, c.size_bytes, c.checksum
                  FROM physical_copy c, data_location l JOIN site s ON s.id = l.site_id
                 WHERE c.id = %d AND s.short_name = 'cologne' AND l.name = 'buffer'
                """.formatted(one.copyId()));
        stages.archivable();
        return stages.claim("cologne_lta_long_term_archive_transfer");
    }

    private void goesOnToUs() throws Exception {
        assertThat(transfers()).containsExactly("cologne COMPLETED sent", "us PENDING");
        assertThat(stages.database.value("SELECT completed_at IS NOT NULL FROM data_transfer WHERE is_primary"))
                .isEqualTo("t");
        assertThat(usedCopies()).as("the origin is not needed").isEqualTo("cologne/lta");
        assertThat(stages.send("cologne_buffer").origin().label()).isEqualTo("cologne/lta");
        stages.archive("us_lta", 1);
        stages.requireAllDone();
    }

    @Test
    void what_its_archive_got_from_elsewhere_while_it_travelled_is_done_and_frees_what_waits() throws Exception {
        TestTransfers.Buffered one = stages.packages.buffered("ccat", 1000);
        Lease fromBuffer = archivedFromBuffer(one);
        stages.assemble();
        stages.send("ccat_buffer");
        stages.archivable();
        assertThat(transfers()).containsExactly("cologne PENDING sent", "us PENDING waits for primary transfer");
        stages.archiveWorker().work(fromBuffer);
        stages.archivable();
        goesOnToUs();
    }

    @Test
    void what_its_archive_has_already_is_not_sent_and_frees_what_waits() throws Exception {
        TestTransfers.Buffered one = stages.packages.buffered("ccat", 1000);
        stages.archiveWorker().work(archivedFromBuffer(one));
        stages.assemble();
        stages.toSend();
        assertThat(stages.transfers.prepare(stages.claim("ccat_buffer_data_transfer")))
                .isNull();
        assertThat(stages.files("cologne", "lta")).as("package and sidecar").hasSize(2);
        stages.archivable();
        goesOnToUs();
    }

    @Test
    void a_copy_of_the_archive_that_is_not_good_is_neither_taken_for_done_nor_sent_over() throws Exception {
        TestTransfers.Buffered one = stages.packages.buffered("ccat", 1000);
        Lease fromBuffer = archivedFromBuffer(one);
        stages.assemble();
        stages.send("ccat_buffer");
        stages.archiveWorker().work(fromBuffer);
        String copies = "UPDATE physical_copy SET state = '%s' WHERE path LIKE 'camera/%%'";
        stages.database.execute(copies.formatted("CORRUPT"));
        stages.archivable();
        assertThat(transfers()).contains("cologne PENDING sent waits for the copy in cologne/lta, which is CORRUPT");
        stages.database.execute("UPDATE data_transfer SET sent_at = NULL, waits_for = NULL WHERE is_primary");
        stages.toSend();
        Lease lease = stages.claim("ccat_buffer_data_transfer");
        assertThatThrownBy(() -> stages.transfers.prepare(lease))
                .hasMessageContaining("cologne/lta has a copy of " + one.name() + " already, and it is CORRUPT");
        stages.database.execute("UPDATE data_transfer SET sent_at = now(), status = 'PENDING' WHERE is_primary");
        stages.database.execute(copies.formatted("PRESENT"));
        stages.archivable();
        assertThat(transfers()).containsExactly("cologne COMPLETED sent", "us PENDING");
    }

    private void nothingReachesCologneFor(String time) {
        stages.database.execute("""
                INSERT INTO link (origin_site_id, destination_site_id, consecutive_failures, unhealthy_since, probe_at)
                SELECT o.id, d.id, 3, now() - interval '%s', now() + interval '1 hour'
                  FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """.formatted(time));
        stages.database.execute("UPDATE site SET lta_weight = 1 WHERE short_name = 'us'");
    }

    @Test
    void a_package_whose_link_is_dead_goes_to_another_archive_first_and_from_there_to_its_own() throws Exception {
        stages.packages.buffered("ccat", 1000);
        stages.assemble();
        nothingReachesCologneFor("2 hours");
        assertThat(stages.toSend()).isEqualTo(1);
        assertThat(transfers()).containsExactly("us SCHEDULED", "cologne PENDING waits for primary transfer");
        assertThat(stages.send("ccat_buffer").destination().label()).isEqualTo("us/lta");
        stages.archive("us_lta", 1);
        assertThat(usedCopies()).isEqualTo("us/lta");
        Transfer sent = stages.send("us_buffer");
        assertThat(sent.origin().label()).isEqualTo("us/lta");
        assertThat(sent.destination().label()).isEqualTo("cologne/lta");
        stages.archive("cologne_lta", 1);
        stages.requireAllDone();
    }

    @Test
    void a_package_by_itself_goes_nowhere_else_first_when_only_a_relay_leads_there() throws Exception {
        stages.packages.buffered("ccat", 1000);
        stages.assemble();
        nothingReachesCologneFor("2 hours");
        stages.relay("ccat", "cologne", "us");
        assertThat(stages.toSend()).isZero();
        assertThat(transfers()).containsExactly("cologne PENDING", "us PENDING waits for primary transfer");
    }
}
