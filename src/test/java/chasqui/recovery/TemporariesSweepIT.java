package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.storage.Temporaries;
import chasqui.testing.TapeStandIn;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemporariesSweepIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestDatabase database = new TestDatabase();
    private final OperationStore operations = TestKernel.of(database.jdbi(), () -> new OperationType("deletion"));
    private final TemporariesSweep sweep = new TemporariesSweep(operations);
    private final Sweeps sweeps = new Sweeps(List.of(sweep));

    @TempDir
    private Path folder;

    private DataLocation buffer;

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        buffer = location("ccat/buffer");
    }

    @AfterEach
    void close() {
        sweeps.close();
        database.close();
    }

    @Test
    void what_completed_failed_and_unknown_operations_left_is_removed_whole_trees_too() throws Exception {
        long completed = operation();
        operations.complete(operations.claim("ccat_buffer_deletion").orElseThrow(), tx -> {});
        long failed = operation();
        database.execute(
                "UPDATE operation SET status = 'FAILED', finished_at = clock_timestamp() WHERE id = " + failed);
        left(buffer, completed, "package.tar");
        left(buffer, failed, "package.tar");
        left(buffer, 999_999, "package.tar");
        Path tree = left(buffer, completed, "tree");
        Files.delete(tree);
        Files.createDirectories(tree.resolve("night/empty"));
        Files.writeString(tree.resolve("night/file"), "bytes");

        assertThat(sweep.sweep(buffer)).isEqualTo(4);
        assertThat(temporaries(buffer)).isEmpty();
        assertThat(sweep.sweep(buffer)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PENDING", "SCHEDULED", "IN_PROGRESS"})
    void what_waits_or_is_under_way_keeps_its_temporaries_whoever_works_on_it(String status) throws Exception {
        long id = operation();
        if (status.equals("IN_PROGRESS")) {
            operations.claim("ccat_buffer_deletion").orElseThrow();
            database.execute("UPDATE operation SET lease_owner = 'another-node', lease_boot_id = gen_random_uuid()");
        } else {
            database.execute("UPDATE operation SET status = '" + status + "'");
        }
        Path kept = left(buffer, id, "package.tar");
        assertThat(sweep.sweep(buffer)).isZero();
        assertThat(kept).exists();
    }

    @Test
    void nothing_is_removed_that_no_attempt_has_named() throws Exception {
        Path one = left(buffer, 1, "package.tar");
        List<Path> others = List.of(
                one.resolveSibling("op-"),
                one.resolveSibling("op-x-package.tar"),
                one.resolveSibling("op-99999999999999999999-package.tar"),
                one.resolveSibling("note"),
                one.getParent().resolveSibling("op-1-beside"));
        for (Path other : others) {
            Files.writeString(other, "not ours");
        }
        Path outside = Files.writeString(folder.resolve("outside"), "not ours");
        Files.createSymbolicLink(one.resolveSibling("op-2-link"), outside);
        Path outsideFolder = Files.createDirectories(folder.resolve("other/inside"));
        Files.createSymbolicLink(one.resolveSibling("op-3-link"), outsideFolder.getParent());

        assertThat(sweep.sweep(buffer)).isEqualTo(3);
        assertThat(others).allSatisfy(other -> assertThat(other).exists());
        assertThat(outside).exists();
        assertThat(outsideFolder).exists();
    }

    @Test
    void what_dead_recalls_left_on_our_disk_is_removed_too() throws Exception {
        Path recalled = folder.resolve("recalled");
        new TapeStandIn(folder.resolve("library")).replace(database.jdbi(), "us", "lta", recalled, true);
        DataLocation tape = location("us/lta");
        Path half =
                Files.write(Temporaries.begin(recalled, 4711, UUID.randomUUID()).name("recall"), new byte[10]);
        sweeps.begin(List.of(tape));
        await().untilAsserted(() -> assertThat(half).doesNotExist());
    }

    @Test
    void a_root_that_is_absent_or_was_never_used_is_left_as_it_is() throws Exception {
        assertThat(sweep.sweep(buffer)).isZero();
        assertThat(buffer.root()).isEmptyDirectory();
        Files.delete(buffer.root());
        assertThat(sweep.sweep(buffer)).isZero();
        assertThat(buffer.root()).doesNotExist();
    }

    @Test
    void the_trouble_of_one_location_does_not_keep_another_from_being_swept() throws Exception {
        Path dead = left(location("us/lta"), 1, "archive");
        Path elsewhere =
                left(location("us/buffer"), 1, "package.tar").getParent().getParent();
        Files.createSymbolicLink(buffer.root().resolve(".chasqui"), elsewhere);
        assertThatThrownBy(() -> sweep.sweep(buffer)).hasMessageContaining("symbolic link");
        assertThat(temporaries(location("us/buffer"))).hasSize(1);

        sweeps.begin(List.of(buffer, location("us/lta")));
        await().atMost(LIMIT).until(() -> Files.notExists(dead));
    }

    @Test
    void the_start_does_not_wait_for_a_location_that_hangs() throws Exception {
        Path dead = left(buffer, 1, "package.tar");
        database.jdbi().useTransaction(tx -> {
            tx.execute("LOCK TABLE operation IN ACCESS EXCLUSIVE MODE");
            sweeps.begin(List.of(buffer));
            await().atMost(LIMIT).until(this::oneWaits);
            assertThat(dead).exists();
        });
        await().atMost(LIMIT).until(() -> Files.notExists(dead));
    }

    private boolean oneWaits() {
        return database.value("SELECT count(*) FROM pg_locks WHERE NOT granted").equals("1");
    }

    @Test
    void two_nodes_sweep_one_root_at_the_same_time() throws Exception {
        for (int i = 0; i < 200; i++) {
            Path tree = left(buffer, 1, "tree-" + i);
            Files.delete(tree);
            Files.writeString(Files.createDirectories(tree.resolve("a/b")).resolve("file"), "bytes");
        }
        sweeps.begin(List.of(buffer));
        sweep.sweep(buffer);
        await().atMost(LIMIT).until(() -> temporaries(buffer).isEmpty());
    }

    private DataLocation location(String label) {
        return new Locations(database.jdbi())
                .refresh().locations().stream()
                        .filter(location -> location.label().equals(label))
                        .findFirst()
                        .orElseThrow();
    }

    private static Path left(DataLocation location, long operation, String suffix) throws Exception {
        Path name = Temporaries.begin(location.root(), 0, UUID.randomUUID())
                .name("x")
                .resolveSibling("op-" + operation + "-" + UUID.randomUUID() + "-" + suffix);
        return Files.writeString(name, "bytes");
    }

    private static List<Path> temporaries(DataLocation location) throws Exception {
        try (Stream<Path> files = Files.list(location.root().resolve(".chasqui/tmp"))) {
            return files.toList();
        }
    }

    private long operation() {
        return Long.parseLong(database.value("""
                WITH batch AS (INSERT INTO deletion_batch (data_location_id) VALUES (%d) RETURNING id)
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
                SELECT 'deletion', %d, 'ccat_buffer_deletion', id FROM batch RETURNING id
                """.formatted(buffer.id(), buffer.id())));
    }
}
