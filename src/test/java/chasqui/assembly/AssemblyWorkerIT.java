package chasqui.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseLost;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageReader;
import chasqui.storage.Progress;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadableSource;
import chasqui.testing.Alteration;
import chasqui.testing.TestPackages;
import chasqui.testing.TestTopology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssemblyWorkerIT {
    private AssemblyKit kit;
    private Path folder;

    @BeforeEach
    void open(@TempDir Path temporary) throws Exception {
        folder = temporary;
        kit = new AssemblyKit(temporary);
    }

    @AfterEach
    void close() {
        kit.close();
    }

    private Path assembled() {
        return kit.buffer.resolve("dtp").resolve(kit.database.value("SELECT name FROM data_transfer_package") + ".tar");
    }

    private List<Path> left(String below) throws Exception {
        Path at = kit.buffer.resolve(below);
        if (!Files.exists(at)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(at)) {
            return inside.toList();
        }
    }

    private String transfers() {
        return String.join("; ", kit.database.values("""
                SELECT s.short_name || ' ' || CASE WHEN t.is_primary THEN 'primary' ELSE 'secondary' END
                       || ' from ' || coalesce((SELECT name FROM data_location WHERE id = t.origin_location_id), '-')
                       || ' to ' || (SELECT name FROM data_location WHERE id = t.destination_location_id)
                       || coalesce(' waits for ' || t.waits_for, '') || coalesce(' by ' || t.method, '')
                  FROM data_transfer t JOIN site s ON s.id = t.destination_site_id ORDER BY t.is_primary DESC, s.short_name
                """));
    }

    private String statuses() {
        return kit.database.value("""
                SELECT d.status || ' ' || (SELECT string_agg(state::text, ',' ORDER BY id) FROM raw_data_package
                                            WHERE data_transfer_package_id = d.id) FROM data_transfer_package d
                """);
    }

    @Test
    void one_package_is_its_own_transfer_package_under_a_second_name() throws Exception {
        TestPackages.Packed one = kit.packed("one");
        kit.worker().work(kit.claimed());
        assertThat(FileFacts.of(assembled())).isEqualTo(FileFacts.of(one.tar()));
        assertThat(kit.database.value("SELECT xxh64 || ' ' || size_bytes FROM data_transfer_package"))
                .isEqualTo(one.digest().xxHash64() + " " + one.digest().sizeBytes());
        assertThat(kit.database.value(
                        "SELECT path || ' ' || state FROM physical_copy WHERE data_transfer_package_id IS NOT NULL"))
                .isEqualTo(kit.buffer.relativize(assembled()) + " PRESENT");
        assertThat(statuses()).isEqualTo("COMPLETED TRANSFERRING");
        assertThat(left(".chasqui/tmp")).isEmpty();
        Files.delete(assembled());
        assertThat(one.tar()).exists();
    }

    @Test
    void several_packages_travel_in_one_archive_that_was_read_back() throws Exception {
        TestPackages.Packed first = kit.packed("first");
        TestPackages.Packed second = kit.packed("second");
        kit.worker().work(kit.claimed());
        var read = ReadBack.read(assembled(), false, Progress.NONE);
        assertThat(kit.database.value("SELECT size_bytes || ' ' || xxh64 FROM data_transfer_package"))
                .isEqualTo(read.sizeBytes() + " " + read.xxHash64());
        assertThat(kit.database.value("SELECT good || ' ' || node FROM verification ORDER BY id DESC LIMIT 1"))
                .isEqualTo("true test-node");
        Path opened = Files.createDirectory(folder.resolve("opened"));
        assertThat(new ProcessBuilder("tar", "xf", assembled().toString())
                        .directory(opened.toFile())
                        .start()
                        .waitFor())
                .isZero();
        for (TestPackages.Packed packed : List.of(first, second)) {
            assertThat(opened.resolve(packed.name() + ".tar")).hasSameBinaryContentAs(packed.tar());
        }
        assertThat(statuses()).isEqualTo("COMPLETED TRANSFERRING,TRANSFERRING");
    }

    @Test
    void all_transfers_are_recorded_and_protect_what_they_start_from() throws Exception {
        kit.packed("one");
        kit.worker().work(kit.claimed());
        assertThat(transfers())
                .isEqualTo(
                        "cologne primary from buffer to buffer; us secondary from - to buffer waits for primary transfer");
        assertThat(kit.database.value("""
                SELECT count(DISTINCT u.data_transfer_id) FROM copy_use u JOIN physical_copy c ON c.id = u.physical_copy_id
                 WHERE c.data_transfer_package_id IS NOT NULL
                """)).isEqualTo("2");
        assertThat(kit.database.value("SELECT count(*) FROM copy_use WHERE data_transfer_package_id IS NOT NULL"))
                .isEqualTo("0");
    }

    @Test
    void routes_override_method_and_destination_and_forbid() throws Exception {
        TestTopology.location(kit.database.jdbi(), folder, "cologne", "second_buffer", "BUFFER");
        kit.database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, method, destination_location_id)
                SELECT o.id, d.id, 'bbcp', l.id FROM site o, site d JOIN data_location l ON l.site_id = d.id
                 WHERE o.short_name = 'ccat' AND d.short_name = 'cologne' AND l.name = 'second_buffer'
                """);
        kit.database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, forbidden)
                SELECT o.id, d.id, true FROM site o, site d WHERE o.short_name = 'cologne' AND d.short_name = 'us'
                """);
        kit.packed("one");
        kit.worker().work(kit.claimed());
        assertThat(transfers()).isEqualTo("cologne primary from buffer to second_buffer by bbcp");
    }

    @Test
    void a_primary_site_that_was_switched_off_meanwhile_is_replaced() throws Exception {
        kit.packed("one");
        Lease lease = kit.claimed();
        kit.database.execute("UPDATE site SET active = false WHERE short_name = 'cologne'");
        kit.worker().work(lease);
        assertThat(transfers()).isEqualTo("us primary from buffer to buffer");
        assertThat(kit.database.value(
                        "SELECT s.short_name FROM data_transfer_package d JOIN site s ON s.id = d.primary_site_id"))
                .isEqualTo("us");
    }

    @Test
    void without_any_reachable_archive_the_work_is_parked_and_nothing_is_recorded() throws Exception {
        kit.packed("one");
        Lease lease = kit.claimed();
        kit.database.execute("UPDATE site SET active = false WHERE short_name <> 'ccat'");
        assertThatThrownBy(() -> kit.worker().work(lease))
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.PLATFORM))
                .hasMessageContaining("no archive site");
        assertThat(kit.database.value("SELECT count(*) FROM data_transfer")).isEqualTo("0");
        kit.database.execute("UPDATE site SET active = true");
        kit.worker().work(lease);
        assertThat(statuses()).isEqualTo("COMPLETED TRANSFERRING");
    }

    @Test
    void packages_that_are_gone_or_changed_stay_behind_and_the_others_go_on() throws Exception {
        TestPackages.Packed good = kit.packed("good");
        TestPackages.Packed gone = kit.packed("gone");
        TestPackages.Packed changed = kit.packed("changed");
        Lease lease = kit.claimed();
        Files.delete(gone.tar());
        Alteration.BIT_IN_THE_MIDDLE.apply(changed.tar());
        kit.worker().work(lease);
        assertThat(statuses()).isEqualTo("COMPLETED TRANSFERRING");
        assertThat(FileFacts.of(assembled())).isEqualTo(FileFacts.of(good.tar()));
        assertThat(kit.database.value("SELECT package_count || ' ' || content_bytes FROM data_transfer_package"))
                .isEqualTo("1 " + good.digest().sizeBytes());
        assertThat(kit.database.values("""
                SELECT p.state || ' ' || c.state FROM raw_data_package p JOIN physical_copy c ON c.raw_data_package_id = p.id
                 WHERE p.data_transfer_package_id IS NULL ORDER BY p.id
                """)).containsExactly("FAILED MISSING", "FAILED SUSPECT");
        assertThat(kit.database.values("SELECT level || ' ' || message FROM notification ORDER BY id"))
                .hasSize(2)
                .allMatch(line -> line.startsWith("ERROR rdp-camera-") && line.contains("cannot travel"));
        assertThat(kit.database.value("SELECT count(*) FROM copy_use WHERE data_transfer_package_id IS NOT NULL"))
                .isEqualTo("0");
    }

    @Test
    void a_lone_package_with_other_bytes_is_found_out_without_trusting_its_name() throws Exception {
        TestPackages.Packed only = kit.packed("only");
        Lease lease = kit.claimed();
        Alteration.BIT_IN_THE_MIDDLE.apply(only.tar());
        Files.setLastModifiedTime(only.tar(), FileTime.from(Instant.ofEpochSecond(1)));
        kit.worker().work(lease);
        assertThat(kit.database.value("SELECT status FROM data_transfer_package"))
                .isEqualTo("CANCELLED");
        assertThat(kit.database.value("SELECT count(*) FROM copy_use")).isEqualTo("0");
        assertThat(left("dtp")).isEmpty();
    }

    @Test
    void a_lone_package_that_was_only_touched_is_read_and_travels() throws Exception {
        TestPackages.Packed only = kit.packed("only");
        Lease lease = kit.claimed();
        Files.setLastModifiedTime(only.tar(), FileTime.from(Instant.ofEpochSecond(1)));
        kit.worker().work(lease);
        assertThat(statuses()).isEqualTo("COMPLETED TRANSFERRING");
        assertThat(kit.database.value("SELECT good FROM verification ORDER BY id DESC LIMIT 1"))
                .isEqualTo("t");
    }

    @Test
    void an_empty_mount_point_in_the_place_of_the_buffer_costs_no_package() throws Exception {
        kit.packed("one");
        Lease lease = kit.claimed();
        Files.move(kit.buffer, folder.resolve("away"));
        Files.createDirectory(kit.buffer);
        assertThatThrownBy(() -> kit.worker().work(lease))
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION));
        assertThat(kit.database.value("SELECT state FROM raw_data_package")).isEqualTo("WAITING");
        assertThat(kit.buffer).isEmptyDirectory();
    }

    @Test
    void a_worker_that_died_after_naming_the_package_finds_it_and_adopts_it() throws Exception {
        kit.packed("first");
        kit.packed("second");
        kit.worker().work(kit.claimed());
        Object key = FileFacts.of(assembled()).fileKey();
        asIfNeverCommitted();
        kit.worker().work(kit.operations.claim(AssemblyKit.QUEUE).orElseThrow());
        assertThat(FileFacts.of(assembled()).fileKey()).isEqualTo(key);
        assertThat(statuses()).isEqualTo("COMPLETED TRANSFERRING,TRANSFERRING");
        assertThat(left(".chasqui/quarantine")).isEmpty();
        assertThat(left(".chasqui/tmp")).isEmpty();
    }

    @Test
    void a_second_name_that_was_made_before_the_crash_is_kept() throws Exception {
        kit.packed("one");
        kit.worker().work(kit.claimed());
        asIfNeverCommitted();
        kit.worker().work(kit.operations.claim(AssemblyKit.QUEUE).orElseThrow());
        assertThat(statuses()).isEqualTo("COMPLETED TRANSFERRING");
        assertThat(left(".chasqui/quarantine")).isEmpty();
        assertThat(left("dtp")).hasSize(1);
    }

    @Test
    void other_bytes_under_the_name_go_to_quarantine() throws Exception {
        TestPackages.Packed one = kit.packed("one");
        Lease lease = kit.claimed();
        Files.createDirectories(assembled().getParent());
        Files.writeString(assembled(), "a stranger");
        kit.worker().work(lease);
        assertThat(assembled()).hasSameBinaryContentAs(one.tar());
        assertThat(left(".chasqui/quarantine")).hasSize(2);
    }

    @Test
    void a_worker_whose_lease_is_gone_changes_no_row() throws Exception {
        kit.packed("one");
        Lease lost = kit.claimed();
        kit.database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 hour'");
        kit.operations.recoverStale(10);
        assertThatThrownBy(() -> kit.worker().work(lost)).isInstanceOf(LeaseLost.class);
        assertThat(statuses()).isEqualTo("PENDING WAITING");
        assertThat(left(".chasqui/tmp")).isEmpty();
    }

    @Test
    void a_failed_package_keeps_its_protection_until_a_human_decides() throws Exception {
        kit.packed("one");
        kit.operations.fail(kit.claimed(), new Failure(FailureKind.ITEM, false, "broken"));
        assertThat(statuses()).isEqualTo("FAILED WAITING");
        assertThat(kit.database.value("SELECT count(*) FROM copy_use")).isEqualTo("1");
        kit.database.execute("UPDATE operation SET status = 'PENDING', finished_at = NULL");
        kit.worker().work(kit.operations.claim(AssemblyKit.QUEUE).orElseThrow());
        assertThat(statuses()).isEqualTo("COMPLETED TRANSFERRING");
    }

    @Test
    void the_manifest_names_the_packages() throws Exception {
        TestPackages.Packed first = kit.packed("first");
        TestPackages.Packed second = kit.packed("second");
        kit.worker().work(kit.claimed());
        assertThat(PackageReader.readManifest(ReadableSource.of(assembled())).entries())
                .extracting(entry -> entry.path().readable())
                .containsExactlyInAnyOrder(first.name() + ".tar", second.name() + ".tar");
    }

    /** Puts the rows back to before the commit; the files stay as they are. */
    private void asIfNeverCommitted() {
        kit.database.execute("DELETE FROM copy_use");
        kit.database.execute("DELETE FROM data_transfer");
        kit.database.execute("DELETE FROM verification WHERE operation_id IS NOT NULL");
        kit.database.execute("DELETE FROM physical_copy WHERE data_transfer_package_id IS NOT NULL");
        kit.database.execute("UPDATE data_transfer_package SET status = 'PENDING', size_bytes = NULL, xxh64 = NULL");
        kit.database.execute("UPDATE raw_data_package SET state = 'WAITING'");
        kit.database.execute("""
                INSERT INTO operation (type, data_location_id, queue, data_transfer_package_id)
                SELECT 'data_transfer_package_creation', buffer_location_id, '%s', id FROM data_transfer_package
                """.formatted(AssemblyKit.QUEUE));
    }
}
