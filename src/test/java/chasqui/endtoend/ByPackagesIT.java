package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The primary's site has lost the transfer package before the secondary was sent from it. */
class ByPackagesIT {
    @TempDir
    Path folder;

    private Stages stages;
    private List<TestTransfers.Buffered> all;
    private TestTransfers.Assembled assembled;

    @BeforeEach
    void a_transfer_package_that_cologne_has_unpacked_and_lost() throws Exception {
        stages = new Stages(folder);
        all = List.of(stages.packages.buffered("ccat", 30_000, 7), stages.packages.buffered("ccat", 10));
        assembled = stages.packages.assembled(all, "cologne", "us");
        stages.send("ccat_buffer");
        stages.unpack("cologne_buffer");
        stages.toSend();
        Files.delete(stages.packages.root("cologne", "buffer").resolve("dtp/" + assembled.name() + ".tar"));
        assertThat(stages.transfers.prepare(stages.claim("cologne_buffer_data_transfer")))
                .isNull();
        assertThat(stages.copies()).contains("cologne/buffer dtp/" + assembled.name() + ".tar MISSING");
    }

    @AfterEach
    void close() {
        stages.close();
    }

    private String secondary() {
        return stages.status(assembled.transfers().get(1));
    }

    private String waitsFor() {
        return stages.database.value("SELECT waits_for FROM data_transfer WHERE id = "
                + assembled.transfers().get(1));
    }

    @Test
    void its_packages_go_from_archive_to_archive_as_soon_as_the_first_has_them() throws Exception {
        assertThat(stages.toSend())
                .as("the origin's link is spared: the archive will have them soon")
                .isZero();
        assertThat(secondary()).isEqualTo("PENDING");
        assertThat(waitsFor()).as("status and trace show it").isEqualTo("its packages in the archive of cologne");
        stages.archive("cologne_lta", 1);
        assertThat(stages.toSend()).as("not all of them yet").isZero();
        stages.archive("cologne_lta", 1);
        assertThat(stages.toSend()).isEqualTo(2);
        assertThat(stages.toSend()).as("once").isZero();
        assertThat(secondary()).isEqualTo("CANCELLED");
        assertThat(waitsFor()).isNull();
        assertThat(stages.database.values("""
                        SELECT DISTINCT s.short_name || '/' || l.name FROM copy_use u
                          JOIN physical_copy c ON c.id = u.physical_copy_id
                          JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                        """)).containsExactly("cologne/lta");
        for (int i = 0; i < 2; i++) {
            Transfer sent = stages.send("cologne_buffer");
            assertThat(sent.origin().label()).isEqualTo("cologne/lta");
            assertThat(sent.destination().label()).isEqualTo("us/lta");
        }
        stages.archive("us_lta", 2);
        for (TestTransfers.Buffered one : all) {
            try (Stream<Path> archived = Files.walk(stages.packages.root("us", "lta"))) {
                assertThat(archived.filter(file -> file.endsWith(one.name() + ".tar")))
                        .singleElement()
                        .satisfies(file -> assertThat(file).hasSameBinaryContentAs(one.file()));
            }
        }
        assertThat(stages.database.value("SELECT count(*) FROM copy_use")).isEqualTo("0");
        assertThat(stages.database.value("SELECT string_agg(DISTINCT status::text, ' ' ORDER BY status::text)"
                        + " FROM data_transfer WHERE raw_data_package_id IS NOT NULL"))
                .isEqualTo("COMPLETED");
        stages.delete("ccat_buffer");
        assertThat(stages.files("ccat", "buffer")).isEmpty();
    }

    @Test
    void the_transfer_package_of_the_origin_is_sent_when_the_primarys_site_has_lost_a_package_too() throws Exception {
        stages.database.execute("UPDATE physical_copy SET state = 'MISSING' WHERE path = 'rdp/"
                + all.get(1).name()
                + ".tar' AND data_location_id = (SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id"
                + " WHERE s.short_name = 'cologne' AND l.name = 'buffer')");
        assertThat(stages.send("ccat_buffer").destination().label()).isEqualTo("us/buffer");
        assertThat(waitsFor()).isNull();
    }

    @Test
    void at_a_site_with_two_archives_packages_go_to_the_buffer_and_from_there_into_both() throws Exception {
        TestTopology.location(stages.database.jdbi(), folder, "us", "second_lta", "LONG_TERM_ARCHIVE");
        stages.archive("cologne_lta", 2);
        for (int i = 0; i < 2; i++) {
            Transfer sent = stages.send("cologne_buffer");
            assertThat(sent.origin().label()).isEqualTo("cologne/lta");
            assertThat(sent.destination().label()).isEqualTo("us/buffer");
        }
        stages.archivable();
        assertThat(stages.operations.claim("us_lta_long_term_archive_transfer"))
                .as("nothing is archived that was not proven")
                .isEmpty();
        stages.unpack("us_buffer");
        stages.unpack("us_buffer");
        stages.archive("us_lta", 2);
        stages.archive("us_second_lta", 2);
        for (String archive : List.of("lta", "second_lta")) {
            assertThat(stages.files("us", archive)).as("packages and sidecars").hasSize(4);
        }
        assertThat(stages.database.value("SELECT count(*) FROM copy_use")).isEqualTo("0");
        stages.delete("us_buffer");
        assertThat(stages.files("us", "buffer")).isEmpty();
    }
}
