package chasqui.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.storage.S3Clients;
import chasqui.testing.Alteration;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestPackages;
import chasqui.testing.TestPackages.Packed;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingIT {
    private static final String PLACE = "cologne/processing";
    private static final String QUEUE = "cologne_processing_staging";

    private final TestDatabase database = new TestDatabase();
    private final S3Clients stores = new S3Clients(null);
    private final OperationStore operations = TestKernel.of(database.jdbi(), new StagingEffects());
    private final StagingSettings settings = new StagingSettings(500, Duration.ofSeconds(30));
    private final StagingManager manager = new StagingManager(database.jdbi(), settings);
    private final StagingRequests requests = new StagingRequests(database.jdbi());
    private final TestPackages packages = new TestPackages(database.jdbi());
    private final StagingWorker worker = new StagingWorker(
            database.jdbi(),
            operations,
            new PackageSources(new Locations(database.jdbi()), stores),
            NodeIdentity.starting("test-node"),
            settings);

    private Path processing;

    @BeforeEach
    void a_topology(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        processing = packages.root(PLACE);
    }

    @AfterEach
    void close() {
        stores.close();
        database.close();
    }

    private Packed night() throws Exception {
        return packages.packed(
                "night", Map.of("night/a.fits", text("first"), "night/deep/b.fits", text("second"), "empty", text("")));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<StagingJob> ask(Packed... packed) {
        return requests.request(Stream.of(packed).map(Packed::name).toList(), PLACE, "ada", "for the pipeline");
    }

    private Lease begin() {
        assertThat(manager.findWork()).isEqualTo(1);
        return operations.claim(QUEUE).orElseThrow();
    }

    private void work() throws Exception {
        worker.work(begin());
    }

    private String job() {
        return database.value(
                "SELECT status || coalesce(' ' || waits_for, '') FROM staging_job ORDER BY id DESC LIMIT 1");
    }

    private List<String> uses() {
        return database.values("""
                SELECT s.short_name || '/' || l.name || ' ' || c.state FROM copy_use u
                  JOIN physical_copy c ON c.id = u.physical_copy_id JOIN data_location l ON l.id = c.data_location_id
                  JOIN site s ON s.id = l.site_id WHERE u.staging_job_id IS NOT NULL ORDER BY 1
                """);
    }

    @Test
    void an_archived_package_is_unpacked_where_it_was_asked_for() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        assertThat(ask(night)).singleElement().satisfies(job -> assertThat(job.packageName())
                .isEqualTo(night.name()));
        Lease lease = begin();
        assertThat(job()).isEqualTo("IN_PROGRESS");
        assertThat(uses()).containsExactly("cologne/lta PRESENT");
        worker.work(lease);

        Path tree = processing.resolve(night.name());
        assertThat(tree.resolve("night/a.fits")).hasContent("first");
        assertThat(tree.resolve("night/deep/b.fits")).hasContent("second");
        assertThat(tree.resolve("empty")).isEmptyFile();
        assertThat(Files.getLastModifiedTime(tree.resolve("night/a.fits")))
                .isEqualTo(Files.getLastModifiedTime(
                        packages.root("ccat/telescope_computer").resolve("night/a.fits")));
        assertThat(names(processing)).containsExactlyInAnyOrder(".chasqui", night.name());
        assertThat(names(processing.resolve(".chasqui/tmp"))).isEmpty();
        assertThat(job()).isEqualTo("COMPLETED");
        assertThat(uses()).as("pinned until its release").containsExactly("cologne/processing STAGED");
        assertThat(
                        database.value(
                                "SELECT path || ' ' || size_bytes || ' ' || checksum FROM physical_copy WHERE state = 'STAGED'"))
                .isEqualTo(night.name() + " 11 " + night.digest().xxHash64());
        assertThat(
                        database.value(
                                "SELECT good FROM verification v JOIN physical_copy c ON c.id = v.physical_copy_id WHERE c.state = 'STAGED'"))
                .isEqualTo("t");
        assertThat(database.value("SELECT staged_at IS NOT NULL FROM staging_job"))
                .isEqualTo("t");
    }

    @Test
    void asking_twice_gives_the_same_job_and_one_operation() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        StagingJob first = ask(night).get(0);
        assertThat(requests.request(List.of(night.name() + ".tar"), PLACE, "bob", null))
                .extracting(StagingJob::uuid)
                .containsExactly(first.uuid());
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(manager.findWork()).isZero();
        worker.work(operations.claim(QUEUE).orElseThrow());
        assertThat(ask(night)).extracting(StagingJob::uuid).containsExactly(first.uuid());
        assertThat(manager.findWork()).isZero();
    }

    @Test
    void a_request_names_everything_that_cannot_be_asked_for_and_records_nothing() throws Exception {
        Packed night = night();
        assertThatThrownBy(() -> requests.request(List.of(night.name(), "rdp-x", "rdp-y"), PLACE, "ada", null))
                .isInstanceOf(ChasquiException.class)
                .hasMessageContaining("rdp-x, rdp-y");
        assertThatThrownBy(() -> requests.request(List.of(night.name()), "cologne/lta", "ada", null))
                .hasMessageContaining(
                        "not an active PROCESSING location that takes something new; there are: cologne/processing");
        for (String drains : List.of("data_location", "site")) {
            database.execute("UPDATE " + drains
                    + " SET draining_since = clock_timestamp() WHERE 'processing' = name OR name = 'Cologne'");
            assertThatThrownBy(() -> requests.request(List.of(night.name()), PLACE, "ada", null))
                    .hasMessageContaining("takes something new; there are: none");
            database.execute("UPDATE " + drains + " SET draining_since = NULL");
        }
        assertThat(database.value("SELECT count(*) FROM staging_job")).isEqualTo("0");
    }

    @Test
    void a_job_says_why_it_waits_and_begins_once_that_is_gone() throws Exception {
        Packed night = night();
        ask(night);
        assertThat(manager.findWork()).isZero();
        assertThat(job()).isEqualTo("PENDING package " + night.name() + " is not archived yet (WAITING)");
        long copy = packages.archived(night, "cologne/lta");
        database.execute("UPDATE physical_copy SET state = 'SUSPECT' WHERE id = " + copy);
        assertThat(manager.findWork()).isZero();
        assertThat(job()).endsWith("is present, verified and readable: cologne/lta SUSPECT");
        database.execute("UPDATE physical_copy SET state = 'PRESENT' WHERE id = " + copy);
        database.execute("UPDATE data_location SET active = false WHERE name = 'processing'");
        assertThat(manager.findWork()).isZero();
        assertThat(job()).isEqualTo("PENDING location cologne/processing is switched off");
        database.execute("UPDATE data_location SET active = true WHERE name = 'processing'");
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(job()).isEqualTo("SCHEDULED");
    }

    @Test
    void the_nearest_copy_is_read() throws Exception {
        Packed night = night();
        packages.archived(night, "us/lta");
        packages.archived(night, "cologne/lta");
        ask(night);
        begin();
        assertThat(uses()).containsExactly("cologne/lta PRESENT");
    }

    @Test
    void a_bad_copy_comes_under_suspicion_and_the_next_one_is_read() throws Exception {
        Packed night = night();
        long near = packages.archived(night, "cologne/lta");
        packages.archived(night, "us/lta");
        Path tar = packages.root("cologne/lta").resolve("camera/2026/01/" + night.name() + ".tar");
        Alteration.BIT_IN_THE_MIDDLE.apply(tar);
        ask(night);
        work();
        assertThat(job()).isEqualTo("COMPLETED");
        assertThat(processing.resolve(night.name()).resolve("night/a.fits")).hasContent("first");
        assertThat(database.value("SELECT state FROM physical_copy WHERE id = " + near))
                .isEqualTo("SUSPECT");
        assertThat(database.value("SELECT count(*) FROM verification WHERE NOT good AND physical_copy_id = " + near))
                .isEqualTo("1");
        assertThat(database.value("SELECT cause FROM notification")).isEqualTo("copy-suspect:" + near);
        assertThat(uses()).containsExactly("cologne/processing STAGED");
    }

    @Test
    void a_job_whose_copies_are_all_bad_waits_for_a_good_one_without_spending_attempts() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        packages.archived(night, "us/lta");
        Files.delete(packages.root("cologne/lta").resolve("camera/2026/01/" + night.name() + ".tar"));
        Path other = packages.root("us/lta").resolve("camera/2026/01/" + night.name() + ".tar");
        Files.write(other, new byte[] {1}, StandardOpenOption.APPEND);
        ask(night);
        work();
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("0");
        assertThat(manager.findWork()).isZero();
        assertThat(job()).endsWith("cologne/lta SUSPECT, us/lta SUSPECT");
        assertThat(uses()).isEmpty();
        assertThat(names(processing)).containsExactly(".chasqui");
        assertThat(names(processing.resolve(".chasqui/tmp"))).isEmpty();
    }

    @Test
    void no_copy_is_blamed_for_a_disk_that_is_not_mounted() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        Path lta = packages.root("cologne/lta");
        Files.move(lta, lta.resolveSibling("elsewhere"));
        Files.createDirectory(lta);
        ask(night);
        assertThatThrownBy(this::work)
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION))
                .hasMessageContaining("mount it or correct its path");
        assertThat(database.values("SELECT state FROM physical_copy WHERE state = 'SUSPECT'"))
                .isEmpty();
    }

    @Test
    void a_tree_that_is_there_already_is_adopted_if_it_is_the_package() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        ask(night);
        work();
        Object inode = Files.getAttribute(processing.resolve(night.name()), "unix:ino");
        Files.writeString(processing.resolve(night.name()).resolve("result.txt"), "mine");
        database.execute("DELETE FROM copy_use");
        database.execute("DELETE FROM verification");
        database.execute("DELETE FROM physical_copy WHERE state = 'STAGED'");
        requests.release(List.of(night.name()), PLACE, "ada", null);
        ask(night);
        work();
        assertThat(Files.getAttribute(processing.resolve(night.name()), "unix:ino"))
                .isEqualTo(inode);
        assertThat(processing.resolve(night.name()).resolve("result.txt")).hasContent("mine");
        assertThat(job()).isEqualTo("COMPLETED");
    }

    @Test
    void a_stranger_under_the_packages_name_goes_to_quarantine_and_is_not_lost() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        Path stranger = Files.createDirectories(processing.resolve(night.name()).resolve("night"));
        Files.writeString(stranger.resolve("a.fits"), "wrong");
        ask(night);
        work();
        assertThat(processing.resolve(night.name()).resolve("night/a.fits")).hasContent("first");
        try (Stream<Path> quarantined = Files.walk(processing.resolve(".chasqui/quarantine"))) {
            assertThat(quarantined.filter(path -> path.endsWith("night/a.fits")))
                    .singleElement()
                    .satisfies(path -> assertThat(path).hasContent("wrong"));
        }
    }

    @Test
    void what_a_dead_attempt_left_behind_is_removed_and_its_finished_tree_adopted() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        ask(night);
        Lease dead = begin();
        Path left = Files.createDirectories(
                processing.resolve(".chasqui/tmp/op-" + dead.operation().id() + "-dead/night"));
        Files.writeString(left.resolve("half"), "half");
        operations.giveBack(dead, "test");
        assertThat(job()).isEqualTo("PENDING");
        assertThat(uses()).as("protected between attempts").containsExactly("cologne/lta PRESENT");
        manager.findWork();
        worker.work(operations.claim(QUEUE).orElseThrow());
        assertThat(names(processing.resolve(".chasqui/tmp"))).isEmpty();
        assertThat(job()).isEqualTo("COMPLETED");
    }

    @Test
    void a_worker_that_lost_its_lease_names_nothing() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        ask(night);
        Lease frozen = begin();
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 second'");
        operations.recoverStale(10);
        manager.findWork();
        worker.work(operations.claim(QUEUE).orElseThrow());
        assertThatThrownBy(() -> worker.work(frozen)).isInstanceOf(chasqui.pipeline.LeaseLost.class);
        assertThat(job()).isEqualTo("COMPLETED");
        assertThat(names(processing)).containsExactlyInAnyOrder(".chasqui", night.name());
        assertThat(database.value("SELECT count(*) FROM physical_copy WHERE state = 'STAGED'"))
                .isEqualTo("1");
    }

    @Test
    void hostile_names_come_back_byte_for_byte_and_inside() throws Exception {
        Path source = packages.root("ccat/telescope_computer");
        Packed hostile = packages.packed(
                "hostile",
                Map.of("with%20space", text("1"), "new%0Aline", text("2"), "-rf", text("3"), "%FF%FE", text("4")));
        Files.createSymbolicLink(source.resolve("outside"), Path.of("/etc/passwd"));
        Files.writeString(source.resolve("--"), "5");
        Files.createSymbolicLink(source.resolve("inside"), Path.of("--"));
        Packed links = packages.packedFromDisk(
                "links", List.of(source.resolve("--"), source.resolve("inside"), source.resolve("outside")));
        for (Packed packed : List.of(hostile, links)) {
            packages.archived(packed, "cologne/lta");
            ask(packed);
            work();
            assertThat(job()).isEqualTo("COMPLETED");
        }
        Path tree = processing.resolve(hostile.name());
        for (Path file : hostile.files()) {
            assertThat(Files.readAllBytes(tree.resolve(source.relativize(file))))
                    .isEqualTo(Files.readAllBytes(file));
        }
        assertThat(names(processing.resolve(links.name())))
                .as("a link that leads out is not made")
                .containsExactlyInAnyOrder("--", "inside");
    }

    @Test
    void a_release_unpins_what_is_staged_cancels_what_waits_and_ends_work_in_hand() throws Exception {
        Packed night = night();
        Packed later = packages.packed("later", Map.of("later", text("x")));
        packages.archived(night, "cologne/lta");
        ask(night);
        work();
        ask(later);
        assertThat(requests.release(List.of(night.name(), later.name()), PLACE, "ada", null))
                .extracting(job -> job.status().name())
                .containsExactlyInAnyOrder("COMPLETED", "CANCELLED");
        assertThat(uses()).isEmpty();
        assertThat(requests.release(List.of(night.name()), PLACE, "ada", null)).isEmpty();

        packages.archived(later, "cologne/lta");
        ask(later);
        Lease inHand = begin();
        requests.release(List.of(later.name()), PLACE, "ada", null);
        assertThat(uses()).as("still being read").hasSize(1);
        worker.work(inHand);
        assertThat(job()).isEqualTo("CANCELLED");
        assertThat(uses()).isEmpty();
        assertThat(Files.exists(processing.resolve(later.name()))).isFalse();
        assertThat(database.value("SELECT count(*) FROM audit")).isEqualTo("6");
    }

    @Test
    void a_job_that_fails_for_good_ends_its_use_and_tells_people() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        ask(night);
        operations.fail(begin(), new Failure(FailureKind.ITEM, false, "no way"));
        assertThat(job()).isEqualTo("FAILED");
        assertThat(uses()).isEmpty();
        assertThat(database.value("SELECT message FROM notification")).contains("no way");
        assertThat(ask(night)).as("may be asked for again").hasSize(1);
        assertThat(manager.findWork()).isEqualTo(1);
    }

    @Test
    void a_failed_job_whose_operation_a_human_retries_is_staged_and_can_be_released() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        ask(night);
        operations.fail(begin(), new Failure(FailureKind.ITEM, false, "no way"));
        database.execute("UPDATE operation SET status = 'PENDING', finished_at = NULL WHERE status = 'FAILED'");
        worker.work(operations.claim(QUEUE).orElseThrow());
        assertThat(job()).isEqualTo("COMPLETED");
        requests.release(List.of(night.name()), PLACE, "ada", null);
        assertThat(uses()).isEmpty();
    }

    @Test
    void an_earlier_copy_on_its_way_out_is_waited_for() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        ask(night);
        work();
        requests.release(List.of(night.name()), PLACE, "ada", null);
        database.execute("UPDATE physical_copy SET state = 'DELETION_IN_PROGRESS' WHERE state = 'STAGED'");
        ask(night);
        assertThat(manager.findWork()).isZero();
        assertThat(job()).isEqualTo("PENDING an earlier copy at this place is DELETION_IN_PROGRESS");
    }

    @Test
    void a_round_takes_the_same_number_of_statements_for_one_job_and_for_many() throws Exception {
        Packed night = night();
        packages.archived(night, "cologne/lta");
        ask(night);
        int few = TestKernel.statements(
                database.jdbi(), () -> assertThat(manager.findWork()).isEqualTo(1));
        Packed[] many = new Packed[30];
        for (int i = 0; i < many.length; i++) {
            many[i] = packages.packed("o" + i, Map.of("o" + i, text("x")));
            packages.archived(many[i], "us/lta");
        }
        ask(many);
        int more = TestKernel.statements(
                database.jdbi(), () -> assertThat(manager.findWork()).isEqualTo(30));
        assertThat(more).isEqualTo(few).isLessThanOrEqualTo(7);
    }

    private static List<String> names(Path folder) throws Exception {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.map(path -> path.getFileName().toString()).toList();
        }
    }
}
