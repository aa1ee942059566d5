package chasqui.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import chasqui.storage.RelativePath;
import chasqui.testing.TestTopology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackagingWorkerIT {
    private PackagingKit kit;
    private Path folder;

    @BeforeEach
    void open(@TempDir Path temporary) throws Exception {
        folder = temporary;
        kit = new PackagingKit(temporary);
    }

    @AfterEach
    void close() {
        kit.close();
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

    private static void run(Path where, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
    }

    private String status() {
        return kit.database.value("SELECT status || ' ' || state FROM raw_data_package");
    }

    @Test
    void a_package_lies_at_the_buffer_verified_and_registered() throws Exception {
        kit.write("night/a.fits", "one");
        kit.write("night/empty", "");
        kit.file("obs", true);
        kit.worker().work(kit.claimed());
        Path tar = kit.packed();
        assertThat(status()).isEqualTo("COMPLETED WAITING");
        var read = ReadBack.read(tar, true, Progress.NONE);
        assertThat(kit.database.value("SELECT size_bytes || ' ' || xxh64 || ' ' || sha256 FROM raw_data_package"))
                .isEqualTo(read.sizeBytes() + " " + read.xxHash64() + " " + read.sha256OrNull());
        assertThat(kit.database.value("SELECT file_key FROM physical_copy WHERE raw_data_package_id IS NOT NULL"))
                .isEqualTo(FileFacts.of(tar).fileKey());
        assertThat(kit.database.value(
                        "SELECT good || ' ' || node || ' ' || (verified_at IS NOT NULL) FROM verification"))
                .isEqualTo("true test-node true");
        assertThat(kit.database.value("SELECT count(*) FROM operation")).isEqualTo("0");
        assertThat(left(".chasqui/tmp")).isEmpty();
        assertThat(PackageReader.readManifest(ReadableSource.of(tar)).facts())
                .containsEntry("instrument", "camera")
                .containsEntry("module", "m1")
                .containsEntry("observation", "obs")
                .containsEntry("site", "ccat")
                .containsEntry("telescope", "Telescope")
                .containsEntry("software", "chasqui test");
    }

    @Test
    void hostile_names_come_out_of_tar_byte_for_byte() throws Exception {
        List<String> names = List.of(
                "new%0Aline",
                "-rf",
                "--checkpoint%3D1",
                "no-utf8-%FF%FE",
                "with%20space",
                "%C3%A9",
                "n".repeat(255),
                "d/".repeat(100) + "deep",
                "%24%28x%29");
        for (String name : names) {
            kit.write(name, "content of " + name);
        }
        Files.createSymbolicLink(kit.source.resolve("link"), Path.of("-rf"));
        assertThat(kit.file("obs", true).registered()).isEqualTo(names.size() + 1);
        kit.worker().work(kit.claimed());
        Path opened = Files.createDirectory(folder.resolve("opened"));
        run(opened, "tar", "xf", kit.packed().toString());
        for (String name : names) {
            assertThat(new RelativePath(name).under(opened))
                    .hasSameBinaryContentAs(new RelativePath(name).under(kit.source));
        }
        assertThat(Files.readSymbolicLink(opened.resolve("link"))).isEqualTo(Path.of("-rf"));
    }

    @Test
    void changed_vanished_and_replaced_files_are_left_out_and_the_others_go_on() throws Exception {
        kit.write("good", "good");
        Path changed = kit.write("changed", "before");
        Path longer = kit.write("longer", "before");
        Path vanished = kit.write("vanished", "before");
        Path replaced = kit.write("replaced", "before");
        kit.file("obs", true);
        Lease lease = kit.claimed();
        Files.writeString(changed, "after!");
        Files.writeString(longer, "much longer");
        Files.delete(vanished);
        Files.delete(replaced);
        Files.createSymbolicLink(replaced, Path.of("good"));
        kit.worker().work(lease);
        assertThat(status()).isEqualTo("COMPLETED WAITING");
        assertThat(PackageReader.readManifest(ReadableSource.of(kit.packed())).entries())
                .extracting(entry -> entry.path().encoded())
                .containsExactly("good");
        assertThat(kit.database.value("SELECT file_count || ' ' || content_bytes FROM raw_data_package"))
                .isEqualTo("1 4");
        assertThat(kit.database.values("""
                SELECT f.path || ': ' || f.problem FROM raw_data_file f JOIN physical_copy c ON c.raw_data_file_id = f.id
                 WHERE c.state = 'MISSING' AND f.raw_data_package_id IS NULL ORDER BY f.path
                """))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("changed: registered with xxh64:")
                                .contains("file it again"),
                        line -> assertThat(line).startsWith("longer: registered with 6 bytes, now 11"),
                        line -> assertThat(line).startsWith("replaced: registered as FILE, now SYMLINK"),
                        line -> assertThat(line).startsWith("vanished: vanished; bring it back"));
        assertThat(kit.database.value("SELECT level || ' ' || message FROM notification"))
                .startsWith("WARNING rdp-camera-obs")
                .contains("4 files cannot be packed")
                .contains("vanished");
    }

    @Test
    void a_refused_file_that_is_filed_again_makes_a_further_package() throws Exception {
        kit.write("good", "good");
        Path changed = kit.write("changed", "before");
        kit.file("obs", true);
        Lease lease = kit.claimed();
        Files.writeString(changed, "after!");
        kit.worker().work(lease);
        assertThat(kit.file("obs", true).registered()).isEqualTo(1);
        kit.worker().work(kit.claimed());
        assertThat(kit.database.values("SELECT status FROM raw_data_package"))
                .containsExactly("COMPLETED", "COMPLETED");
        assertThat(kit.database.value("SELECT count(*) FROM raw_data_file")).isEqualTo("3");
    }

    @Test
    void an_unreadable_file_is_left_out() throws Exception {
        kit.write("good", "good");
        Path closed = kit.write("closed", "closed");
        kit.file("obs", true);
        Lease lease = kit.claimed();
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        assumeTrue(!Files.isReadable(closed), "SKIPPED: this user (root) may read every file");
        kit.worker().work(lease);
        assertThat(kit.database.value("SELECT problem FROM raw_data_file WHERE path = 'closed'"))
                .startsWith("unreadable: ")
                .contains("let the user of this program read it");
    }

    @Test
    void a_package_without_usable_files_is_cancelled() throws Exception {
        Path file = kit.write("dir/only", "one");
        kit.file("obs", true);
        Lease lease = kit.claimed();
        Files.delete(file);
        kit.worker().work(lease);
        assertThat(status()).isEqualTo("CANCELLED WAITING");
        assertThat(kit.database.value("SELECT status FROM operation_history")).isEqualTo("CANCELLED");
        assertThat(kit.database.value("SELECT count(*) FROM raw_data_file WHERE problem IS NOT NULL"))
                .isEqualTo("1");
        assertThat(left("rdp")).isEmpty();
    }

    @Test
    void a_missing_source_is_the_locations_failure_and_no_files() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        Lease lease = kit.claimed();
        Files.move(kit.source, kit.source.resolveSibling("away"));
        assertThatThrownBy(() -> kit.worker().work(lease))
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION));
        assertThat(kit.database.value("SELECT count(*) FROM raw_data_file WHERE problem IS NULL"))
                .isEqualTo("1");
    }

    @Test
    void an_empty_folder_made_in_the_place_of_a_source_that_was_moved_away_loses_no_files() throws Exception {
        kit.write("a", "one");
        kit.write("night/b", "two");
        kit.file("obs", true);
        Lease lease = kit.claimed();
        Path away = kit.source.resolveSibling("away");
        Files.move(kit.source, away);
        Files.createDirectory(kit.source);
        assertThatThrownBy(() -> kit.worker().work(lease))
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION))
                .hasMessageContaining("is empty, although files are registered there");
        assertThat(kit.database.value("SELECT count(*) FROM raw_data_file WHERE problem IS NULL"))
                .isEqualTo("2");
        Files.delete(kit.source);
        Files.move(away, kit.source);
        kit.worker().work(lease);
        assertThat(status()).isEqualTo("COMPLETED WAITING");
    }

    @Test
    void a_root_without_its_mount_is_the_locations_failure_too() throws Exception {
        kit.write("night/a", "one");
        kit.write("night/b", "two");
        kit.file("obs", true);
        // What the test cannot unmount, it files as from another file system.
        kit.database.execute("UPDATE raw_data_file SET file_key = '999999:1'");
        Lease lease = kit.claimed();
        Files.move(kit.source.resolve("night"), folder.resolve("away"));
        Files.createDirectory(kit.source.resolve("lost+found"));
        assertThatThrownBy(() -> kit.worker().work(lease))
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION))
                .hasMessageContaining("nor is the file system");
        assertThat(kit.database.value("SELECT count(*) FROM raw_data_file WHERE problem IS NULL"))
                .isEqualTo("2");
    }

    @Test
    void a_device_number_that_changed_with_a_restart_hides_no_vanished_file() throws Exception {
        kit.write("a", "one");
        Path gone = kit.write("b", "two");
        kit.file("obs", true);
        kit.database.execute("UPDATE raw_data_file SET file_key = '999999:1'");
        Lease lease = kit.claimed();
        Files.delete(gone);
        kit.worker().work(lease);
        assertThat(kit.database.value("SELECT path FROM raw_data_file WHERE problem IS NOT NULL"))
                .isEqualTo("b");
    }

    @Test
    void a_used_buffer_that_stands_empty_is_not_written_to() throws Exception {
        kit.write("a", "one");
        kit.file("first", true);
        kit.worker().work(kit.claimed());
        kit.write("b", "two");
        kit.file("first", true);
        Lease lease = kit.claimed();
        Files.move(kit.buffer, folder.resolve("away"));
        Files.createDirectory(kit.buffer);
        assertThatThrownBy(() -> kit.worker().work(lease))
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION));
        assertThat(kit.buffer).isEmptyDirectory();
    }

    @Test
    void a_worker_that_died_after_naming_the_package_finds_it_and_adopts_it() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        Lease first = kit.claimed();
        kit.worker().work(first);
        Path tar = kit.packed();
        Object key = FileFacts.of(tar).fileKey();
        asIfNeverCommitted();
        kit.worker().work(kit.operations.claim(PackagingKit.QUEUE).orElseThrow());
        assertThat(status()).isEqualTo("COMPLETED WAITING");
        assertThat(FileFacts.of(tar).fileKey()).isEqualTo(key);
        assertThat(left(".chasqui/tmp")).isEmpty();
        assertThat(left(".chasqui/quarantine")).isEmpty();
    }

    @Test
    void other_bytes_under_the_packages_name_go_to_quarantine() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        Lease lease = kit.claimed();
        Path tar = kit.buffer.resolve("rdp").resolve(kit.database.value("SELECT name FROM raw_data_package") + ".tar");
        Files.createDirectories(tar.getParent());
        Files.writeString(tar, "a stranger");
        kit.worker().work(lease);
        assertThat(status()).isEqualTo("COMPLETED WAITING");
        assertThat(PackageReader.readManifest(ReadableSource.of(tar)).entries()).hasSize(1);
        assertThat(left(".chasqui/quarantine")).hasSize(2);
    }

    @Test
    void what_a_dead_attempt_left_half_written_is_removed() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        Lease lease = kit.claimed();
        Path half = kit.buffer.resolve(".chasqui/tmp/op-" + lease.operation().id() + "-dead-package.tar");
        Path others = kit.buffer.resolve(".chasqui/tmp/op-" + lease.operation().id() + "1-other-package.tar");
        Files.createDirectories(half.getParent());
        Files.writeString(half, "half");
        Files.writeString(others, "half");
        kit.worker().work(lease);
        assertThat(half).doesNotExist();
        assertThat(others).exists();
    }

    @Test
    void a_worker_whose_lease_is_gone_changes_no_row_and_leaves_no_temporary() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        Lease lost = kit.claimed();
        kit.database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 hour'");
        assertThat(kit.operations.recoverStale(10)).hasSize(1);
        assertThatThrownBy(() -> kit.worker().work(lost)).isInstanceOf(LeaseLost.class);
        assertThat(status()).isEqualTo("PENDING WAITING");
        assertThat(left(".chasqui/tmp")).isEmpty();
        kit.worker().work(kit.operations.claim(PackagingKit.QUEUE).orElseThrow());
        assertThat(status()).isEqualTo("COMPLETED WAITING");
    }

    @ParameterizedTest
    @ValueSource(strings = {"active = false", "draining_since = clock_timestamp()"})
    void a_package_moves_to_the_next_buffer_when_its_own_was_switched_off_or_drains(String change) throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        Lease lease = kit.claimed();
        Path second = TestTopology.location(kit.database.jdbi(), folder, "ccat", "second", "BUFFER");
        kit.database.execute("UPDATE data_location SET " + change + " WHERE name = 'buffer' AND site_id = 1");
        kit.worker().work(lease);
        assertThat(second.resolve("rdp")).isNotEmptyDirectory();
        assertThat(kit.database.value(
                        "SELECT l.name FROM raw_data_package p JOIN data_location l ON l.id = p.buffer_location_id"))
                .isEqualTo("second");
    }

    @Test
    void a_buffer_that_drains_keeps_the_package_that_a_dead_worker_had_named_there() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        kit.worker().work(kit.claimed());
        Path tar = kit.packed();
        asIfNeverCommitted();
        Path second = TestTopology.location(kit.database.jdbi(), folder, "ccat", "second", "BUFFER");
        kit.database.execute(
                "UPDATE data_location SET draining_since = clock_timestamp() WHERE name = 'buffer' AND site_id = 1");
        kit.worker().work(kit.operations.claim(PackagingKit.QUEUE).orElseThrow());
        assertThat(status()).isEqualTo("COMPLETED WAITING");
        assertThat(kit.packed()).isEqualTo(tar).exists();
        assertThat(second.resolve("rdp")).doesNotExist();
    }

    @Test
    void the_package_follows_its_operation_through_failure_and_retry() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        Lease lease = kit.claimed();
        assertThat(status()).isEqualTo("IN_PROGRESS WAITING");
        kit.operations.fail(lease, new Failure(FailureKind.LOCATION, true, "the disk is away"));
        assertThat(status()).isEqualTo("PENDING WAITING");
        kit.database.execute("UPDATE operation SET waits_for = NULL, not_before = clock_timestamp()");
        kit.operations.fail(
                kit.operations.claim(PackagingKit.QUEUE).orElseThrow(), new Failure(FailureKind.ITEM, false, "broken"));
        assertThat(status()).isEqualTo("FAILED FAILED");
        assertThat(kit.database.value("SELECT next_step FROM notification")).contains("retry operation");
        kit.database.execute("UPDATE operation SET status = 'PENDING', finished_at = NULL");
        kit.worker().work(kit.operations.claim(PackagingKit.QUEUE).orElseThrow());
        assertThat(status()).isEqualTo("COMPLETED WAITING");
    }

    /** Puts the rows back to before the commit; the files stay as they are. */
    private void asIfNeverCommitted() {
        kit.database.execute("DELETE FROM verification");
        kit.database.execute("DELETE FROM physical_copy WHERE raw_data_package_id IS NOT NULL");
        kit.database.execute(
                "UPDATE raw_data_package SET status = 'PENDING', size_bytes = NULL, xxh64 = NULL, sha256 = NULL");
        kit.database.execute("""
                INSERT INTO operation (type, data_location_id, queue, raw_data_package_id)
                SELECT 'raw_data_package_creation', source_location_id, '%s', id FROM raw_data_package
                """.formatted(PackagingKit.QUEUE));
    }
}
