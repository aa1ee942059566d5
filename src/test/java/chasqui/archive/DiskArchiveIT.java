package chasqui.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseLost;
import chasqui.recovery.FailureClassifier;
import chasqui.storage.S3Clients;
import chasqui.testing.TestTransfers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DiskArchiveIT extends ArchiveContract {
    @Override
    void makeArchive() {}

    @Override
    S3Clients clients() {
        return null;
    }

    @Override
    String queue() {
        return "cologne_lta_long_term_archive_transfer";
    }

    @Override
    List<String> modes() {
        return List.of("DIRECT", "CACHED");
    }

    private Path root() {
        return packages.root("cologne", "lta");
    }

    @Override
    Map<String, byte[]> archived() throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        files().filter(file -> !file.startsWith(root().resolve(".chasqui")))
                .forEach(file -> content.put(root().relativize(file).toString(), read(file)));
        return content;
    }

    @Override
    List<byte[]> quarantined() throws IOException {
        return files().filter(file -> file.startsWith(root().resolve(".chasqui/quarantine")))
                .map(DiskArchiveIT::read)
                .toList();
    }

    private Stream<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(root())) {
            return all.filter(Files::isRegularFile).toList().stream();
        }
    }

    @Override
    String arrive(String name, String path, byte[] bytes) throws IOException {
        Path incoming = root().resolve(".chasqui/incoming").resolve(name);
        Files.createDirectories(incoming.getParent());
        Files.write(incoming, bytes);
        return name;
    }

    @Override
    void takeAwayArrived(TestTransfers.Buffered one) throws IOException {
        Files.delete(root().resolve(".chasqui/incoming").resolve(one.name() + "-1"));
    }

    @Override
    void plant(String path, byte[] bytes) throws IOException {
        Files.createDirectories(root().resolve(path).getParent());
        Files.write(root().resolve(path), bytes);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void an_archive_that_lost_its_mount_is_not_filled_beneath_the_mount_point() throws Exception {
        packages.buffered("cologne", 10);
        manager.findWork();
        work();
        TestTransfers.Buffered second = packages.buffered("cologne", 20);
        manager.findWork();
        Files.move(root(), folder.resolve("unmounted"));
        Files.createDirectory(root());
        Lease lease = operations.claim(queue()).orElseThrow();
        assertThatThrownBy(() -> worker.work(lease))
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.LOCATION));
        assertThat(Files.list(root())).isEmpty();
        assertThat(second.file()).exists();
    }

    @Test
    void the_recorded_copy_is_the_file_that_lies_there() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 10);
        manager.findWork();
        work();
        Path file = root().resolve(path(one) + ".tar");
        assertThat(database.value("SELECT file_key FROM physical_copy WHERE checksum LIKE 'sha256:%'"))
                .isEqualTo(Files.getAttribute(file, "unix:dev") + ":" + Files.getAttribute(file, "unix:ino"));
    }

    @Test
    void the_temporary_of_an_attempt_that_died_right_after_it_made_its_last_name_is_cleared_away() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 10);
        manager.findWork();
        Lease dead = operations.claim(queue()).orElseThrow();
        database.execute("UPDATE operation SET lease_token = gen_random_uuid()");
        assertThatThrownBy(() -> worker.work(dead)).isInstanceOf(LeaseLost.class);
        Path temporaries = root().resolve(".chasqui/tmp");
        Files.createLink(
                temporaries.resolve("op-" + dead.operation().id() + "-" + dead.token() + "-archive"),
                root().resolve(path(one) + ".json"));
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 s'");
        operations.recoverStale(10);
        work();
        assertThat(temporaries).isEmptyDirectory();
        assertThat(archived()).containsOnlyKeys(path(one) + ".tar", path(one) + ".json");
    }

    @Test
    void a_package_goes_into_every_archive_of_its_site_and_is_archived_at_the_first() throws Exception {
        chasqui.testing.TestTopology.location(database.jdbi(), folder, "cologne", "lta2", "LONG_TERM_ARCHIVE");
        packages.buffered("cologne", 10);
        assertThat(manager.findWork()).isEqualTo(2);
        work();
        assertThat(database.value("SELECT state FROM raw_data_package")).isEqualTo("ARCHIVED");
        assertThat(database.value("SELECT count(*) FROM copy_use")).isEqualTo("1");
        worker.work(operations.claim("cologne_lta2_long_term_archive_transfer").orElseThrow());
        assertThat(database.value("SELECT count(*) FROM physical_copy WHERE checksum LIKE 'sha256:%'"))
                .isEqualTo("2");
        assertThat(database.value("SELECT count(*) FROM copy_use")).isEqualTo("0");
    }

    @Test
    void an_archive_that_is_switched_on_later_gets_what_its_buffer_still_holds() throws Exception {
        packages.buffered("cologne", 10);
        database.execute("UPDATE data_location SET active = false WHERE location_type = 'LONG_TERM_ARCHIVE'");
        assertThat(manager.findWork()).isZero();
        database.execute("UPDATE data_location SET active = true");
        assertThat(manager.findWork()).isEqualTo(1);
    }
}
