package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NotYet;
import chasqui.recovery.FailureClassifier;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.PackageDigest;
import chasqui.storage.Progress;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;
import chasqui.testing.TapeStandIn;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs against {@link TapeStandIn}. */
class CommandMethodIT {
    private static final String NAME = "camera/2026/11/x.tar";

    private final TestDatabase database = new TestDatabase();
    private final CommandMethod method = new CommandMethod(TapeStandIn.patient());

    @TempDir
    Path folder;

    private TapeStandIn tapes;
    private DataLocation buffer;
    private DataLocation tape;
    private Path file;
    private PackageDigest digest;
    private Lease lease;

    @BeforeEach
    void a_buffer_and_an_archive_on_tape() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        tapes = new TapeStandIn(folder.resolve("library"));
        tapes.replace(database.jdbi(), "cologne", "lta", folder.resolve("recalled"), true);
        buffer = location("ccat/buffer");
        tape = location("cologne/lta");
        Path root = Files.createDirectories(buffer.root());
        Files.createDirectories(root.resolve(".chasqui"));
        byte[] content = new byte[300_000];
        new Random(7).nextBytes(content);
        file = Files.write(root.resolve("x.tar"), content);
        ReadBackResult read = ReadBack.read(file, true, Progress.NONE);
        digest = new PackageDigest(read.sizeBytes(), read.xxHash64(), read.sha256OrNull());
        database.execute("""
                WITH l AS (SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                            WHERE s.short_name = 'ccat' AND l.name = 'buffer'),
                     b AS (INSERT INTO deletion_batch (data_location_id) SELECT id FROM l RETURNING id)
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
                SELECT 'deletion', l.id, 'ccat_buffer_deletion', b.id FROM l, b
                """);
        lease = TestKernel.of(database.jdbi(), () -> new chasqui.pipeline.OperationType("deletion"))
                .claim("ccat_buffer_deletion")
                .orElseThrow();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private DataLocation location(String label) {
        return new Locations(database.jdbi())
                .refresh().locations().stream()
                        .filter(location -> location.label().equals(label))
                        .findFirst()
                        .orElseThrow();
    }

    private Transfer toTape() {
        return new Transfer(1, "x", digest, buffer, new RelativePath("x.tar"), tape, NAME, "command", Way.DEFAULT);
    }

    private Transfer fromTape() {
        return new Transfer(1, "x", digest, tape, new RelativePath(NAME), buffer, "x-1-1", "command", Way.DEFAULT);
    }

    @Test
    void a_package_is_handed_over_once_and_comes_back_as_it_was() throws Exception {
        method.move(lease, toTape());
        method.move(lease, toTape());
        assertThat(tapes.tape(NAME)).hasSameBinaryContentAs(file);
        assertThat(tapes.calls().stream().filter(call -> call.startsWith("archive")))
                .hasSize(1);
        Transfer back = fromTape();
        method.move(lease, back);
        assertThat(back.incoming()).hasSameBinaryContentAs(file);
        method.move(lease, back);
        assertThat(back.incoming()).hasSameBinaryContentAs(file);
        assertThat(Files.list(buffer.root().resolve(".chasqui/tmp"))).isEmpty();
    }

    @Test
    void a_source_that_went_bad_never_gets_to_tape() throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        bytes[99] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> method.move(lease, toTape())).isInstanceOf(IntegrityViolation.class);
        assertThat(tapes.tapes()).isEmpty();
    }

    @Test
    void bytes_that_come_back_wrong_get_no_name() throws Exception {
        tapes.control("corrupt=yes");
        method.move(lease, toTape());
        assertThatThrownBy(() -> method.move(lease, fromTape())).isInstanceOf(IntegrityViolation.class);
        assertThat(fromTape().incoming()).doesNotExist();
    }

    @Test
    void what_is_not_on_tape_yet_is_waited_for_and_a_library_that_keeps_nothing_is_told() throws Exception {
        tapes.control("pending=*");
        method.move(lease, toTape());
        assertThatThrownBy(() -> method.move(lease, fromTape())).isInstanceOf(NotYet.class);
        Files.delete(tapes.tape(NAME));
        tapes.control("lose=yes");
        assertThatThrownBy(() -> method.move(lease, toTape()))
                .hasMessageContaining("says ABSENT")
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.LOCATION));
    }

    @Test
    void two_ends_that_no_machine_sees_both_are_refused() {
        Transfer tapeToTape = new Transfer(
                1,
                "x",
                digest,
                tape,
                new RelativePath(NAME),
                tape,
                NAME,
                "command",
                new Way(null, false, null, Map.of()));
        assertThatThrownBy(() -> method.move(lease, tapeToTape)).hasMessageContaining("want a file on a disk");
    }
}
