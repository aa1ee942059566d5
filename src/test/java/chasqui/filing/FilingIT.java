package chasqui.filing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import chasqui.storage.Fingerprint;
import chasqui.storage.Progress;
import chasqui.storage.RelativePath;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilingIT {
    private final TestDatabase database = new TestDatabase();
    private final Filing filing = new Filing(database.jdbi(), new Locations(database.jdbi()));
    private Path folder;
    private Path root;

    @BeforeEach
    void a_topology(@TempDir Path temporary) throws Exception {
        TestTopology.on(database.jdbi(), temporary);
        folder = temporary;
        root = temporary.resolve("ccat/telescope_computer").toRealPath();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private FilingReport file(Path directory, String observation) {
        return filing.file(new FilingRequest(directory, "camera", null, observation, false), Progress.NONE);
    }

    private Path write(String encoded, String content) throws Exception {
        Path file = new RelativePath(encoded).under(root);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private List<String> refused(FilingReport report) {
        return report.refused().stream().map(f -> f.path() + ": " + f.reason()).toList();
    }

    @Test
    void an_observation_is_as_urgent_as_was_said_last() throws Exception {
        write("night/a.fits", "bytes");
        String priority = "SELECT priority FROM executed_observation_unit";
        file(root.resolve("night"), "obs");
        assertThat(database.value(priority)).isEqualTo("100");
        filing.file(new FilingRequest(root.resolve("night"), "camera", null, "obs", 10, false), Progress.NONE);
        assertThat(database.value(priority)).isEqualTo("10");
        file(root.resolve("night"), "obs");
        assertThat(database.value(priority)).as("nothing said: as it is").isEqualTo("10");
        assertThatThrownBy(() -> new FilingRequest(root, "camera", null, "obs", -1, false))
                .hasMessageContaining("from 0, most urgent, to 1000000");
    }

    @Test
    void every_file_gets_a_row_and_a_copy_with_digests_and_facts() throws Exception {
        Path file = write("night/a.fits", "bytes");
        Instant modified = Instant.ofEpochSecond(1_700_000_000L, 999_999_999);
        Files.setLastModifiedTime(file, FileTime.from(modified));
        FilingReport report = file(root.resolve("night"), "obs 1");
        assertThat(report.registered()).isEqualTo(1);
        assertThat(report.bytes()).isEqualTo(5);
        Fingerprint print = Fingerprint.take(file, Progress.NONE);
        assertThat(database.value(
                        "SELECT path || ' ' || size_bytes || ' ' || xxh64 || ' ' || sha256 FROM raw_data_file"))
                .isEqualTo("night/a.fits 5 " + print.xxHash64() + " " + print.sha256());
        assertThat(database.value("""
                        SELECT c.path || ' ' || c.state || ' ' || extract(epoch FROM date_trunc('second', c.modified_at))::bigint
                               || ' ' || c.modified_nanos
                          FROM physical_copy c JOIN raw_data_file f ON f.id = c.raw_data_file_id AND f.file_key = c.file_key
                        """)).isEqualTo("night/a.fits PRESENT 1700000000 999999999");
    }

    @Test
    void a_path_of_thousands_of_random_bytes_is_filed_and_found_again() throws Exception {
        java.util.Random random = new java.util.Random(7);
        StringBuilder path = new StringBuilder();
        for (int depth = 0; depth < 14; depth++) {
            path.append(depth == 0 ? "" : "/");
            for (int letter = 0; letter < 250; letter++) {
                path.append(String.format("%%%02X", 0x80 + random.nextInt(0x80)));
            }
        }
        write(path.toString(), "deep down");
        assertThat(file(root, "obs").registered()).isEqualTo(1);
        assertThat(database.value("SELECT path FROM raw_data_file")).isEqualTo(path.toString());
        assertThat(file(root, "obs").already()).isEqualTo(1);
    }

    @Test
    void filing_again_registers_nothing_and_reads_nothing() throws Exception {
        write("night/a", "one");
        write("night/b", "two");
        file(root, "obs");
        AtomicLong read = new AtomicLong();
        FilingReport again = filing.file(new FilingRequest(root, "camera", "m1", "obs", false), read::addAndGet);
        assertThat(again.already()).isEqualTo(2);
        assertThat(again.registered()).isZero();
        assertThat(read.get()).isZero();
        assertThat(database.value("SELECT count(*) FROM raw_data_file")).isEqualTo("2");
    }

    @Test
    void a_file_that_was_only_touched_is_already_registered_and_its_copy_follows() throws Exception {
        Path file = write("a", "one");
        file(root, "obs");
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000L, 5)));
        assertThat(file(root, "obs").already()).isEqualTo(1);
        assertThat(database.value("SELECT modified_nanos FROM physical_copy")).isEqualTo("5");
        AtomicLong read = new AtomicLong();
        filing.file(new FilingRequest(root, "camera", null, "obs", false), read::addAndGet);
        assertThat(read.get()).isZero();
    }

    @Test
    void the_same_path_with_another_size_or_content_is_refused_with_both_named() throws Exception {
        write("size", "one");
        Path content = write("content", "one");
        file(root, "obs");
        write("size", "longer");
        write("content", "two");
        Files.setLastModifiedTime(content, FileTime.from(Instant.ofEpochSecond(1_000_000_000L)));
        FilingReport report = file(root, "obs");
        assertThat(report.registered() + report.already()).isZero();
        assertThat(refused(report))
                .hasSize(2)
                .anyMatch(line -> line.contains("size: was registered with 3 bytes, is there now with 6 bytes"))
                .anyMatch(
                        line -> line.matches("content: was registered with xxh64:\\w+, is there now with xxh64:\\w+"));
        assertThat(report.refused()).allMatch(f -> f.remedy().contains("another name"));
        assertThat(report.nothingCouldBeFiled()).isTrue();
    }

    @Test
    void the_same_path_under_another_observation_is_refused_and_names_the_first() throws Exception {
        write("a", "one");
        file(root, "first");
        assertThat(refused(file(root, "second")))
                .containsExactly("a: is registered for camera (module m1) observation first already");
    }

    @Test
    void equal_content_and_hard_links_are_files_of_their_own() throws Exception {
        Path a = write("a", "same");
        write("b", "same");
        Files.createLink(root.resolve("c"), a);
        assertThat(file(root, "obs").registered()).isEqualTo(3);
    }

    @Test
    void an_empty_file_is_accepted_with_a_warning_and_a_sparse_one_as_it_is() throws Exception {
        write("empty", "");
        try (RandomAccessFile sparse =
                new RandomAccessFile(root.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(8 << 20);
        }
        FilingReport report = file(root, "obs");
        assertThat(report.registered()).isEqualTo(2);
        assertThat(report.warnings()).singleElement().asString().startsWith("empty: holds no bytes");
    }

    @Test
    void a_symbolic_link_is_recorded_and_never_followed() throws Exception {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("to-folder"), outside);
        Files.createSymbolicLink(root.resolve("to-nothing"), Path.of("no where"));
        assertThat(file(root, "obs").registered()).isEqualTo(2);
        assertThat(database.values("SELECT kind || ' ' || path || ' ' || link_target FROM raw_data_file ORDER BY path"))
                .containsExactly("SYMLINK to-folder " + outside, "SYMLINK to-nothing no%20where");
        assertThat(file(root, "obs").already()).isEqualTo(2);
    }

    @Test
    void fifos_and_sockets_are_refused_and_the_others_go_on() throws Exception {
        write("a", "one");
        assertThat(new ProcessBuilder("mkfifo", root.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        try (var socket = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            socket.bind(java.net.UnixDomainSocketAddress.of(root.resolve("socket")));
            FilingReport report = file(root, "obs");
            assertThat(report.registered()).isEqualTo(1);
            assertThat(refused(report)).hasSize(2).allMatch(line -> line.contains("is a FIFO, socket or device"));
        }
    }

    @Test
    void names_are_kept_byte_for_byte_at_any_depth() throws Exception {
        List<String> names = new ArrayList<>(List.of(
                "new%0Aline", "-rf", "no-utf8-%FF%FE", "with%20space", "%C3%A9", "n".repeat(255), "%FE".repeat(255)));
        names.add("d/".repeat(120) + "file");
        for (String name : names) {
            write(name, name);
        }
        FilingReport report = file(root, "obs");
        assertThat(refused(report)).isEmpty();
        assertThat(report.registered()).isEqualTo(names.size());
        assertThat(database.values("SELECT path FROM raw_data_file")).containsExactlyInAnyOrderElementsOf(names);
        assertThat(database.value("SELECT readable_path FROM raw_data_file WHERE path = 'new%0Aline'"))
                .isEqualTo("new\\x0aline");
    }

    @Test
    void unreadable_files_and_folders_are_refused_and_the_others_go_on() throws Exception {
        write("a", "one");
        Path closed = write("closed", "two");
        Path inside = write("locked/inside", "three");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        Files.setPosixFilePermissions(inside.getParent(), PosixFilePermissions.fromString("---------"));
        try {
            assumeTrue(!Files.isReadable(closed), "SKIPPED: this user (root) may read every file");
            FilingReport report = file(root, "obs");
            assertThat(report.registered()).isEqualTo(1);
            assertThat(refused(report))
                    .containsExactlyInAnyOrder(
                            "closed: unreadable: permission denied", "locked: unreadable: permission denied");
        } finally {
            Files.setPosixFilePermissions(inside.getParent(), PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void a_file_that_changes_while_it_is_read_is_refused() throws Exception {
        Path growing = write("growing", "x".repeat(1 << 20));
        write("still", "one");
        FilingReport report = filing.file(new FilingRequest(root, "camera", null, "obs", false), bytes -> {
            try {
                Files.writeString(growing, "more", java.nio.file.StandardOpenOption.APPEND);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(report.registered()).isEqualTo(1);
        assertThat(refused(report)).singleElement().asString().startsWith("growing: changed while");
        assertThat(report.refused().get(0).remedy()).contains("when its writer has finished");
    }

    @Test
    void a_file_that_vanishes_after_the_walk_met_it_is_refused() throws Exception {
        Path first = write("a", "x");
        Path gone = write("b", "y");
        var found = new Found(gone, new RelativePath("b"), chasqui.storage.FileFacts.of(gone));
        Files.delete(gone);
        assertThat(Measured.of(found, Progress.NONE).refusal().reason()).startsWith("vanished");
        assertThat(first).exists();
    }

    @Test
    void the_folder_of_the_program_and_other_locations_inside_the_root_are_left_alone() throws Exception {
        write("a", "one");
        write(".chasqui/quarantine/x", "two");
        Path inner = root.resolve("buffer");
        // The database refuses this by itself.
        database.execute("ALTER TABLE data_location DISABLE TRIGGER keep_places_apart");
        database.execute(
                "UPDATE data_location SET root = '" + inner + "' WHERE location_type = 'BUFFER' AND site_id = 1");
        write("buffer/rdp/x.tar", "three");
        FilingReport report = file(root, "obs");
        assertThat(report.registered()).isEqualTo(1);
        assertThat(report.warnings()).singleElement().asString().contains("root of another data location");
        assertThatThrownBy(() -> file(inner, "obs")).hasMessageContaining("another data location inside");
    }

    @Test
    void a_file_named_like_the_manifest_is_refused() throws Exception {
        write(".chasqui-manifest.json", "{}");
        assertThat(refused(file(root, "obs")))
                .singleElement()
                .asString()
                .startsWith(".chasqui-manifest.json: has the name");
    }

    @Test
    void a_file_that_packaging_refused_may_be_filed_again_and_its_old_row_stays() throws Exception {
        write("a", "one");
        file(root, "obs");
        database.execute("UPDATE raw_data_file SET problem = 'changed'");
        write("a", "other");
        assertThat(file(root, "second").registered()).isEqualTo(1);
        assertThat(database.values("""
                SELECT f.size_bytes || ' ' || (f.problem IS NULL) || ' ' || c.state
                  FROM raw_data_file f JOIN physical_copy c ON c.raw_data_file_id = f.id ORDER BY f.id
                """)).containsExactly("3 false DELETED", "5 true PRESENT");
    }

    @Test
    void a_path_whose_archived_file_was_deleted_is_free_again() throws Exception {
        write("a", "one");
        file(root, "obs");
        database.execute("UPDATE physical_copy SET state = 'DELETION_IN_PROGRESS'");
        write("a", "other");
        assertThat(refused(file(root, "obs"))).singleElement().asString().contains("is being deleted");
        database.execute("UPDATE physical_copy SET state = 'DELETED'");
        assertThat(file(root, "obs").registered()).isEqualTo(1);
    }

    @Test
    void an_empty_observation_is_a_warning() {
        FilingReport report = file(root, "nothing");
        assertThat(report.nothingCouldBeFiled()).isFalse();
        assertThat(report.warnings()).singleElement().asString().contains("there are no files");
    }

    @Test
    void finishing_marks_the_observation() throws Exception {
        write("a", "one");
        filing.file(new FilingRequest(root, "camera", null, "obs", true), Progress.NONE);
        assertThat(
                        database.value(
                                "SELECT finished_at >= max(filed_at) FROM executed_observation_unit u, raw_data_file GROUP BY u.id"))
                .isEqualTo("t");
    }

    @Test
    void a_wrong_request_names_what_there_is() throws Exception {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        assertThatThrownBy(() -> file(outside, "obs"))
                .isInstanceOf(FilingRefused.class)
                .hasMessageContaining("lies in no active SOURCE location")
                .hasMessageContaining("ccat/telescope_computer at " + root);
        assertThatThrownBy(() -> file(root.resolve("absent"), "obs")).hasMessageContaining("no such folder");
        assertThatThrownBy(() -> filing.file(new FilingRequest(root, "lens", null, "o", false), Progress.NONE))
                .hasMessageContaining("instrument \"lens\"")
                .hasMessageContaining("choose one of: camera");
        database.execute("INSERT INTO instrument_module (instrument_id, name) SELECT id, 'm2' FROM instrument");
        assertThatThrownBy(() -> file(root, "obs")).hasMessageContaining("has not exactly one; choose one of: m1, m2");
        assertThatThrownBy(() -> filing.file(new FilingRequest(root, "camera", "m3", "o", false), Progress.NONE))
                .hasMessageContaining("module \"m3\"")
                .hasMessageContaining("m1, m2");
        assertThatThrownBy(() -> file(root, " ")).hasMessageContaining("observation");
        assertThat(database.value("SELECT count(*) FROM executed_observation_unit"))
                .isEqualTo("0");
    }

    @Test
    void a_source_reached_through_a_symbolic_link_is_the_same_source() throws Exception {
        write("night/a", "one");
        Path link = Files.createSymbolicLink(folder.resolve("link"), root);
        assertThat(file(link.resolve("night"), "obs").registered()).isEqualTo(1);
        database.jdbi().useTransaction(tx -> {
            tx.execute("SET LOCAL chasqui.bytes_moved = 'yes'");
            tx.execute("UPDATE data_location SET root = '" + link + "' WHERE location_type = 'SOURCE'");
        });
        assertThat(file(root.resolve("night"), "obs").already()).isEqualTo(1);
    }

    @Test
    void two_filings_of_one_folder_at_once_register_each_file_once() throws Exception {
        for (int i = 0; i < 1500; i++) {
            write("f" + i, "content " + i);
        }
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            Future<FilingReport> first = two.submit(() -> file(root, "obs"));
            Future<FilingReport> second = two.submit(() -> file(root, "obs"));
            long registered = first.get().registered() + second.get().registered();
            long already = first.get().already() + second.get().already();
            assertThat(registered).isEqualTo(1500);
            assertThat(already).isEqualTo(1500);
            assertThat(first.get().refusedCount() + second.get().refusedCount()).isZero();
        } finally {
            two.shutdownNow();
        }
        assertThat(database.value("SELECT count(*) FROM raw_data_file")).isEqualTo("1500");
        assertThat(database.value("SELECT count(DISTINCT raw_data_file_id) FROM physical_copy"))
                .isEqualTo("1500");
    }

    @Test
    void the_number_of_statements_follows_the_batches_and_not_the_files() throws Exception {
        write("few/a", "one");
        for (int i = 0; i < 900; i++) {
            write("many/f" + i, "content " + i);
        }
        write("before/a", "so that the topology is known");
        file(root.resolve("before"), "before");
        AtomicInteger statements = new AtomicInteger();
        database.jdbi().setSqlLogger(new SqlLogger() {
            @Override
            public void logBeforeExecution(StatementContext context) {
                statements.incrementAndGet();
            }
        });
        file(root.resolve("few"), "few");
        int forOne = statements.getAndSet(0);
        file(root.resolve("many"), "many");
        assertThat(statements.get()).isEqualTo(forOne).isLessThan(12);
    }
}
