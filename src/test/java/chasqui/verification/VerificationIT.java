package chasqui.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.NotYet;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.recovery.FailureClassifier;
import chasqui.storage.Progress;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.testing.Alteration;
import chasqui.testing.TapeStandIn;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestRoutes;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerificationIT {
    private static final String QUEUE = "cologne_lta_verification";

    @TempDir
    Path folder;

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final OperationStore operations = TestKernel.of(database.jdbi(), new VerificationEffects());
    private final VerificationSettings settings =
            new VerificationSettings(Duration.ofDays(30), 2, new StallLimit(Duration.ofMinutes(1)));
    private final VerificationManager manager = new VerificationManager(database.jdbi(), settings);
    private Path archive;

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        archive = packages.root("cologne", "lta");
        Files.createDirectories(archive.resolve(".chasqui"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private VerificationWorker worker(S3Clients clients) {
        return new VerificationWorker(
                database.jdbi(),
                operations,
                new ArchivedCopies(new Locations(database.jdbi()), clients, TapeStandIn.patient()),
                settings,
                NodeIdentity.starting("here"));
    }

    private void work() throws Exception {
        worker(null).work(operations.claim(QUEUE).orElseThrow());
    }

    /** A package in cologne's disk archive, verified so many days ago. */
    private Path archived(int daysAgo) throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        Path file = archive.resolve(one.name() + ".tar");
        Files.copy(one.file(), file);
        register(one, "lta", one.name() + ".tar", daysAgo);
        return file;
    }

    private void register(TestTransfers.Buffered one, String location, String path, int daysAgo) {
        database.execute("""
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, size_bytes, checksum, verified_at)
                SELECT %d, l.id, '%s', %d, '%s', now() - interval '%d days'
                  FROM data_location l JOIN site s ON s.id = l.site_id WHERE s.short_name = 'cologne' AND l.name = '%s'
                """.formatted(
                        one.id(), path, one.digest().sizeBytes(), one.digest().sha256(), daysAgo, location));
    }

    private String copy(Path file) {
        return database.value("""
                SELECT state || ' ' || (verified_at > now() - interval '1 day') FROM physical_copy WHERE path = '%s'
                """.formatted(file.getFileName()));
    }

    private static void spoil(Path file) throws Exception {
        Alteration.BIT_IN_THE_MIDDLE.apply(file);
    }

    @Test
    void a_copy_whose_proof_is_old_is_read_again_and_is_evidence_again() throws Exception {
        Path file = archived(31);
        archived(29);
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(manager.findWork()).as("it is found once").isZero();
        assertThat(database.value("SELECT count(*) FROM copy_use WHERE verification_operation_id IS NOT NULL"))
                .isEqualTo("1");
        work();
        assertThat(copy(file)).isEqualTo("PRESENT true");
        assertThat(database.value("SELECT good || ' ' || node FROM verification"))
                .isEqualTo("true here");
        assertThat(database.value("SELECT count(*) FROM copy_use")).isEqualTo("0");
        assertThat(manager.findWork()).isZero();
    }

    @Test
    void one_bad_reading_is_a_suspicion_and_a_good_second_one_clears_it() throws Exception {
        Path file = archived(31);
        byte[] good = Files.readAllBytes(file);
        spoil(file);
        manager.findWork();
        work();
        assertThat(copy(file)).isEqualTo("SUSPECT false");
        assertThat(database.value("SELECT level FROM notification")).isEqualTo("WARNING");
        Files.write(file, good);
        assertThat(manager.findWork()).as("the second reading comes soon").isEqualTo(1);
        work();
        assertThat(copy(file)).isEqualTo("PRESENT true");
        assertThat(database.values("SELECT good FROM verification ORDER BY id")).containsExactly("f", "t");
    }

    @Test
    void a_suspect_copy_whose_reading_failed_for_good_is_left_to_a_human() throws Exception {
        Path file = archived(31);
        spoil(file);
        manager.findWork();
        work();
        manager.findWork();
        operations.fail(operations.claim(QUEUE).orElseThrow(), new Failure(FailureKind.ITEM, false, "no such drive"));
        assertThat(manager.findWork()).isZero();
        assertThat(copy(file)).isEqualTo("SUSPECT false");
    }

    @Test
    void two_bad_readings_make_a_copy_corrupt_and_wake_a_human() throws Exception {
        Path file = archived(31);
        spoil(file);
        manager.findWork();
        work();
        manager.findWork();
        work();
        assertThat(copy(file)).isEqualTo("CORRUPT false");
        assertThat(database.value("SELECT message FROM notification WHERE level = 'ERROR'"))
                .contains("cologne/lta:" + file.getFileName())
                .contains("for the second time");
        assertThat(manager.findWork()).isZero();
    }

    @Test
    void a_copy_that_is_gone_is_missing_also_when_it_was_suspect() throws Exception {
        Path gone = archived(32);
        Path suspect = archived(31);
        database.execute("UPDATE physical_copy SET state = 'SUSPECT' WHERE path = '" + suspect.getFileName() + "'");
        Files.delete(gone);
        Files.delete(suspect);
        assertThat(manager.findWork()).isEqualTo(2);
        work();
        work();
        assertThat(copy(gone)).isEqualTo("MISSING false");
        assertThat(copy(suspect)).isEqualTo("MISSING false");
        assertThat(database.value("SELECT level || ' ' || occurrences FROM notification"))
                .isEqualTo("ERROR 2");
        assertThat(database.value("SELECT count(*) FROM verification")).isEqualTo("0");
    }

    @Test
    void an_archive_that_is_not_mounted_lost_nothing() throws Exception {
        Path file = archived(31);
        manager.findWork();
        Files.move(archive, folder.resolve("unmounted"));
        Lease lease = operations.claim(QUEUE).orElseThrow();
        assertThatThrownBy(() -> worker(null).work(lease)).satisfies(this::isTheLocations);
        Files.createDirectory(archive);
        assertThatThrownBy(() -> worker(null).work(lease)).satisfies(this::isTheLocations);
        assertThat(copy(file)).isEqualTo("PRESENT false");
    }

    private void isTheLocations(Throwable failure) {
        assertThat(FailureClassifier.classify(failure).kind()).isEqualTo(FailureKind.LOCATION);
    }

    @Test
    void suspects_come_first_then_the_oldest_and_never_more_at_once_than_set() throws Exception {
        for (int days : new int[] {40, 60, 50}) {
            archived(days);
        }
        Path suspect = archived(1);
        database.execute("UPDATE physical_copy SET state = 'SUSPECT' WHERE path = '" + suspect.getFileName() + "'");
        assertThat(manager.findWork()).isEqualTo(3);
        assertThat(manager.findWork()).as("two old ones wait already").isZero();
        assertThat(database.value("""
                SELECT c.path FROM operation o JOIN physical_copy c ON c.id = o.physical_copy_id ORDER BY o.priority LIMIT 1
                """)).isEqualTo(suspect.getFileName().toString());
        assertThat(database.values("""
                SELECT (now()::date - c.verified_at::date) FROM operation o JOIN physical_copy c ON c.id = o.physical_copy_id
                 WHERE c.state = 'PRESENT' ORDER BY 1
                """)).containsExactly("50", "60");
        work();
        work();
        assertThat(manager.findWork()).isEqualTo(1);
    }

    @Test
    void an_archive_that_does_not_answer_holds_up_no_other() throws Exception {
        archived(90);
        archived(90);
        archived(90);
        manager.findWork();
        TestTopology.location(database.jdbi(), folder, "cologne", "lta2", "LONG_TERM_ARCHIVE");
        TestTransfers.Buffered one = packages.buffered("cologne", 10);
        register(one, "lta2", one.name() + ".tar", 31);
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(operations.claim("cologne_lta2_verification")).isPresent();
    }

    @Test
    void a_copy_that_needs_no_reading_any_more_ends_its_operation() throws Exception {
        archived(31);
        manager.findWork();
        database.execute("UPDATE physical_copy SET state = 'MISSING' WHERE checksum LIKE 'sha256:%'");
        work();
        assertThat(database.value("SELECT status FROM operation_history")).isEqualTo("CANCELLED");
    }

    @Test
    void a_reading_is_dated_from_its_claim_however_late_it_is_recorded() throws Exception {
        Path file = archived(31);
        manager.findWork();
        Lease lease = operations.claim(QUEUE).orElseThrow();
        database.execute("UPDATE operation SET claimed_at = claimed_at - interval '5 days'");
        worker(null).work(lease);
        assertThat(database.values("SELECT extract(day FROM clock_timestamp() - verified_at) FROM verification"))
                .as("by the database's clock alone")
                .containsExactly("5");
        assertThat(database.value(
                        "SELECT extract(day FROM clock_timestamp() - verified_at) FROM physical_copy WHERE path = '"
                                + file.getFileName() + "'"))
                .isEqualTo("5");
    }

    @Test
    void a_good_reading_does_not_clear_a_suspicion_that_is_newer() throws Exception {
        Path file = archived(31);
        manager.findWork();
        Lease lease = operations.claim(QUEUE).orElseThrow();
        database.execute("UPDATE physical_copy SET state = 'SUSPECT' WHERE path = '" + file.getFileName() + "'");
        database.execute("""
                INSERT INTO verification (physical_copy_id, read_mode, expected, found, node)
                SELECT id, 'CACHED', checksum, 'sha256:' || repeat('0', 64), 'staging' FROM physical_copy WHERE path = '%s'
                """.formatted(file.getFileName()));
        worker(null).work(lease);
        assertThat(copy(file)).startsWith("SUSPECT");
        assertThat(database.value("SELECT good FROM verification ORDER BY verified_at DESC LIMIT 1"))
                .as("what a deletion would look at")
                .isEqualTo("f");
        assertThat(manager.findWork()).as("it is read once more").isEqualTo(1);
        work();
        assertThat(copy(file)).startsWith("PRESENT");
    }

    @Test
    void the_route_reads_the_copy() throws Exception {
        Path file = archived(31);
        manager.findWork();
        try (TestRoutes routes = new TestRoutes(
                Files.createDirectory(folder.resolve("routes")),
                operations,
                Map.of("verificationManager", manager, "verificationWorker", worker(null)),
                "verification.camel.yaml")) {
            routes.worker("verification", QUEUE);
            routes.wake(QUEUE);
        }
        assertThat(copy(file)).isEqualTo("PRESENT true");
    }

    @Test
    void statements_do_not_grow_with_the_archive() throws Exception {
        archived(31);
        int few = TestKernel.statements(database.jdbi(), manager::findWork);
        for (int i = 0; i < 30; i++) {
            archived(31);
        }
        VerificationManager more = new VerificationManager(
                database.jdbi(), new VerificationSettings(Duration.ofDays(30), 1000, settings.stall()));
        assertThat(TestKernel.statements(database.jdbi(), more::findWork))
                .isEqualTo(few)
                .isLessThanOrEqualTo(5);
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("31");
    }

    @Test
    void tapes_are_read_again_as_well() throws Exception {
        TapeStandIn tapes = new TapeStandIn(folder.resolve("library"));
        tapes.replace(database.jdbi(), "cologne", "lta", folder.resolve("recalled"), true);
        TestTransfers.Buffered good = packages.buffered("cologne", 5000);
        TestTransfers.Buffered bad = packages.buffered("cologne", 5000);
        TestTransfers.Buffered gone = packages.buffered("cologne", 5000);
        for (TestTransfers.Buffered one : java.util.List.of(good, bad, gone)) {
            register(one, "lta", one.name() + ".tar", 31);
        }
        Files.copy(good.file(), tapes.tape(good.name() + ".tar"));
        Files.copy(good.file(), tapes.tape(bad.name() + ".tar"));
        VerificationManager all = new VerificationManager(
                database.jdbi(), new VerificationSettings(Duration.ofDays(30), 10, settings.stall()));
        all.findWork();
        work();
        work();
        assertThatThrownBy(this::work).hasMessageContaining("says ABSENT of " + gone.name());
        assertThat(copy(Path.of(good.name() + ".tar"))).isEqualTo("PRESENT true");
        assertThat(copy(Path.of(bad.name() + ".tar"))).isEqualTo("SUSPECT false");
        assertThat(copy(Path.of(gone.name() + ".tar"))).isEqualTo("SUSPECT false");
        assertThat(database.values("SELECT DISTINCT read_mode FROM verification"))
                .containsExactly("REMOTE");

        tapes.control("pending=*");
        all.findWork();
        assertThatThrownBy(this::work).isInstanceOf(NotYet.class);
        assertThat(copy(Path.of(bad.name() + ".tar"))).isEqualTo("SUSPECT false");
        tapes.control();
        database.execute("DELETE FROM operation");
        all.findWork();
        tapes.control("exit_query=3");
        assertThatThrownBy(this::work).hasMessageContaining("exit code 3");
        assertThat(copy(Path.of(gone.name() + ".tar")))
                .as("a library that does not answer lost nothing")
                .isEqualTo("SUSPECT false");
    }

    private String absence(Path file) {
        return database.value("""
                SELECT c.state || coalesce(' ' || a.answers, '')
                  FROM physical_copy c LEFT JOIN tape_absence a ON a.physical_copy_id = c.id WHERE c.path = '%s'
                """.formatted(file.getFileName()));
    }

    /** The library is asked for the only copy that waits; it says ABSENT, and the work is put off. */
    private void sayAbsent() {
        Lease lease = operations.claim(QUEUE).orElseThrow();
        assertThatThrownBy(() -> worker(null).work(lease))
                .isInstanceOfSatisfying(NotYet.class, late -> operations.postpone(lease, late));
    }

    /** The next look has come, and the last answer was given so long ago. */
    private void later(String time) {
        database.execute("UPDATE operation SET waits_for = NULL, not_before = clock_timestamp()");
        database.execute("UPDATE tape_absence SET last_at = clock_timestamp() - interval '" + time + "'");
    }

    @Test
    void a_tape_library_that_says_absent_is_believed_when_it_stays_by_it_and_not_when_it_restarts() throws Exception {
        TapeStandIn tapes = new TapeStandIn(folder.resolve("library"));
        tapes.replace(database.jdbi(), "cologne", "lta", folder.resolve("recalled"), true);
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        Path name = Path.of(one.name() + ".tar");
        register(one, "lta", name.toString(), 31);
        manager.findWork();
        sayAbsent();
        assertThat(absence(name)).as("no evidence, not staged from").isEqualTo("SUSPECT 1");
        assertThat(manager.findWork()).as("its operation goes on").isZero();
        assertThat(database.value("SELECT waits_for FROM operation")).contains("answer 1 of 3");
        assertThat(database.value("SELECT not_before > clock_timestamp() + interval '29 minutes' FROM operation"))
                .isEqualTo("t");
        later("29 minutes");
        sayAbsent();
        assertThat(absence(name)).as("too soon to count").isEqualTo("SUSPECT 1");
        later("31 minutes");
        sayAbsent();
        assertThat(absence(name)).isEqualTo("SUSPECT 2");

        Files.copy(one.file(), tapes.tape(name.toString()));
        later("31 minutes");
        work();
        assertThat(absence(name)).as("the library has its catalogue again").isEqualTo("PRESENT");

        Files.delete(tapes.tape(name.toString()));
        database.execute("UPDATE physical_copy SET verified_at = now() - interval '31 days'");
        manager.findWork();
        sayAbsent();
        later("31 minutes");
        sayAbsent();
        later("31 minutes");
        work();
        assertThat(absence(name)).isEqualTo("MISSING");
        assertThat(database.value("SELECT message FROM notification WHERE level = 'ERROR'"))
                .contains("is not there any more");
    }

    @Test
    void answers_that_a_tape_library_gave_long_ago_do_not_count() throws Exception {
        TapeStandIn tapes = new TapeStandIn(folder.resolve("library"));
        tapes.replace(database.jdbi(), "cologne", "lta", folder.resolve("recalled"), true);
        TestTransfers.Buffered one = packages.buffered("cologne", 5000);
        Path name = Path.of(one.name() + ".tar");
        register(one, "lta", name.toString(), 31);
        manager.findWork();
        sayAbsent();
        later("31 minutes");
        sayAbsent();
        database.execute("DELETE FROM operation; UPDATE tape_absence SET last_at = now() - interval '1 year'");
        manager.findWork();
        sayAbsent();
        assertThat(absence(name)).isEqualTo("SUSPECT 1");
    }

    @Test
    void objects_are_read_again_as_well() throws Exception {
        try (Home home = Home.open(folder.resolve("home"));
                EmbeddedObjectStore store = EmbeddedObjectStore.start(home);
                S3Clients clients = new S3Clients(home.folders().aws())) {
            store.ensureBucket("archive");
            database.execute("""
                    INSERT INTO data_location (site_id, name, location_type, storage_type, bucket, prefix, credential)
                    SELECT id, 'objects', 'LONG_TERM_ARCHIVE', 'S3', 'archive', 'night/', 'chasqui' FROM site WHERE short_name = 'cologne'
                    """);
            TestTransfers.Buffered good = packages.buffered("cologne", 5000);
            TestTransfers.Buffered bad = packages.buffered("cologne", 5000);
            TestTransfers.Buffered gone = packages.buffered("cologne", 5000);
            for (TestTransfers.Buffered one : java.util.List.of(good, bad, gone)) {
                register(one, "objects", one.name() + ".tar", 31);
            }
            var objects = clients.objects(new S3Endpoint("", "", "chasqui"));
            objects.put("archive", "night/" + good.name() + ".tar", good.file(), Map.of(), Progress.NONE);
            objects.put("archive", "night/" + bad.name() + ".tar", good.file(), Map.of(), Progress.NONE);
            VerificationWorker worker = worker(clients);
            new VerificationManager(
                            database.jdbi(), new VerificationSettings(Duration.ofDays(30), 10, settings.stall()))
                    .findWork();
            for (int i = 0; i < 3; i++) {
                worker.work(operations.claim("cologne_objects_verification").orElseThrow());
            }
            assertThat(copy(Path.of(good.name() + ".tar"))).isEqualTo("PRESENT true");
            assertThat(copy(Path.of(bad.name() + ".tar"))).isEqualTo("SUSPECT false");
            assertThat(copy(Path.of(gone.name() + ".tar"))).isEqualTo("MISSING false");
            assertThat(database.values("SELECT DISTINCT read_mode FROM verification"))
                    .containsExactly("REMOTE");
        }
    }
}
