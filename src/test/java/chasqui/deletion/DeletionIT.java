package chasqui.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.catalogue.CopyOf;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestPackages;
import chasqui.testing.TestPackages.Packed;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeletionIT {
    private static final DeletionSettings SETTINGS = new DeletionSettings(
            true, 1, Duration.ofDays(30), Duration.ofDays(7), Duration.ofDays(1), 500, Duration.ofSeconds(30), true);
    private static final String BUFFER = "ccat_buffer_deletion";
    private static final String SOURCE = "ccat_telescope_computer_deletion";
    private static final String PROCESSING = "cologne_processing_deletion";

    private final TestDatabase database = new TestDatabase();
    private final OperationStore operations = TestKernel.of(database.jdbi(), new DeletionEffects(SETTINGS));
    private final DeletionManager manager = new DeletionManager(database.jdbi(), SETTINGS);
    private final DeletionPlan plan = new DeletionPlan(database.jdbi(), SETTINGS);
    private final DeletionWorker worker =
            new DeletionWorker(database.jdbi(), operations, new Locations(database.jdbi()), SETTINGS);
    private final TestPackages packages = new TestPackages(database.jdbi());
    private Path source;
    private Path buffer;

    @BeforeEach
    void a_topology(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        source = packages.root("ccat/telescope_computer");
        buffer = packages.root("ccat/buffer");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Packed night(String name) throws Exception {
        return packages.packed(name, Map.of(name + "/a", text("first"), name + "/deep/b", text("second")));
    }

    private Packed archived(String name) throws Exception {
        Packed packed = night(name);
        packages.sent(packed, "cologne");
        packages.archived(packed, "cologne/lta");
        return packed;
    }

    /** Archived long ago, its packages gone from the buffer, its files waiting to be deleted. */
    private Packed longArchived(String name) throws Exception {
        Packed packed = archived(name);
        run(BUFFER);
        database.execute("UPDATE raw_data_package SET archived_at = archived_at - interval '8 days'");
        database.execute("UPDATE physical_copy SET created_at = created_at - interval '9 days'");
        return packed;
    }

    private Lease claim(String queue) {
        assertThat(manager.findWork()).isEqualTo(1);
        return operations.claim(queue).orElseThrow();
    }

    private void run(String queue) throws Exception {
        worker.work(claim(queue));
    }

    private List<String> copies(String place) {
        return database.values("""
                SELECT path || ' ' || state FROM physical_copy WHERE data_location_id = %d ORDER BY path COLLATE "C"
                """.formatted(packages.location(place)));
    }

    private List<String> outcomes() {
        return database.values(
                "SELECT outcome || coalesce(': ' || message, '') FROM deletion_evidence WHERE outcome IS NOT NULL ORDER BY id");
    }

    @Test
    void an_archived_package_leaves_the_buffer_of_its_site_and_its_files_may_go_after_retention() throws Exception {
        Packed packed = archived("night");
        run(BUFFER);
        assertThat(buffer.resolve("rdp")).isEmptyDirectory();
        assertThat(buffer.resolve("dtp")).isEmptyDirectory();
        assertThat(copies("ccat/buffer"))
                .allMatch(copy -> copy.endsWith(" DELETED"))
                .hasSize(2);
        assertThat(copies("ccat/telescope_computer"))
                .containsExactly("night/a DELETION_POSSIBLE", "night/deep/b DELETION_POSSIBLE");
        assertThat(database.values("SELECT status || ' ' || (completed_at IS NOT NULL) FROM deletion_batch"))
                .containsExactly("COMPLETED true");
        assertThat(manager.findWork()).as("kept for seven days").isZero();

        database.execute("UPDATE raw_data_package SET archived_at = archived_at - interval '8 days'");
        database.execute("UPDATE physical_copy SET created_at = created_at - interval '9 days'");
        run(SOURCE);
        assertThat(packed.files()).noneMatch(Files::exists);
        assertThat(source.resolve("night")).as("an empty folder").doesNotExist();
        assertThat(source).exists();
        assertThat(copies("ccat/telescope_computer")).containsExactly("night/a DELETED", "night/deep/b DELETED");
        assertThat(outcomes()).containsOnly("DELETED").hasSize(4);
        assertThat(copies("cologne/lta"))
                .as("the archive")
                .singleElement()
                .asString()
                .endsWith(" PRESENT");
        assertThat(manager.findWork()).isZero();
    }

    @Test
    void the_proof_is_kept_and_names_what_it_rests_on() throws Exception {
        Packed packed = archived("night");
        run(BUFFER);
        String json = database.value(
                "SELECT evidence FROM deletion_evidence WHERE rule = 'SOURCE_SITE_PACKAGE' AND outcome = 'DELETED'");
        DeletionProof proof = DeletionProof.parse(json);
        assertThat(proof.victim().copyId()).isEqualTo(packed.bufferCopy());
        assertThat(proof.victim().sizeBytes()).isEqualTo(packed.digest().sizeBytes());
        assertThat(proof.archivedIn()).isEqualTo(1);
        assertThat(proof.evidence()).singleElement().satisfies(evidence -> {
            assertThat(evidence.location()).isEqualTo("cologne/lta");
            assertThat(evidence.checksum()).isEqualTo(packed.digest().sha256().toString());
            assertThat(evidence.verifiedAt()).isBefore(proof.decidedAt());
        });
    }

    /** Everything that must keep a package in its buffer, broken one at a time. */
    @Test
    void each_missing_piece_of_evidence_keeps_a_package_in_its_buffer() throws Exception {
        Map<String, String> broken = new LinkedHashMap<>();
        broken.put("UPDATE raw_data_package SET state = 'TRANSFERRING'", "is not archived yet (TRANSFERRING)");
        broken.put("UPDATE physical_copy SET state = 'SUSPECT' WHERE path LIKE 'camera/%'", "is SUSPECT");
        broken.put("UPDATE physical_copy SET state = 'CORRUPT' WHERE path LIKE 'camera/%'", "is CORRUPT");
        broken.put("DELETE FROM verification", "was never verified");
        broken.put(
                "INSERT INTO verification (physical_copy_id, read_mode, expected, found, node) "
                        + "SELECT physical_copy_id, 'DIRECT', expected, 'sha256:00', 'x' FROM verification",
                "did not prove its package's SHA-256");
        broken.put(
                "UPDATE verification SET expected = 'xxh64:0', found = 'xxh64:0'",
                "did not prove its package's SHA-256");
        broken.put(
                "UPDATE verification SET verified_at = verified_at - interval '31 days'",
                "a fresher verification comes");
        broken.put("UPDATE verification SET verified_at = verified_at + interval '1 day'", "which has not come yet");
        broken.put("UPDATE data_location SET active = false WHERE location_type = 'LONG_TERM_ARCHIVE'", "switched off");
        broken.put("UPDATE site SET active = false WHERE short_name = 'cologne'", "switched off");
        broken.put(
                "UPDATE physical_copy SET checksum = 'xxh64:0000000000000000' WHERE path LIKE 'camera/%'",
                "another checksum than its package");
        broken.put(
                "WITH c AS (UPDATE data_location SET accept_cached_verification = false) UPDATE verification SET read_mode = 'CACHED'",
                "only read through the page cache");
        broken.put("UPDATE data_transfer_package SET status = 'IN_PROGRESS'", "is IN_PROGRESS");
        broken.put("UPDATE raw_data_package SET data_transfer_package_id = NULL", "is in no transfer package yet");
        broken.put("UPDATE physical_copy SET file_key = NULL WHERE path LIKE 'rdp/%'", "inode were not registered");
        broken.put(
                "UPDATE physical_copy SET size_bytes = 1 WHERE path LIKE 'rdp/%'",
                "is not that of what it is a copy of");
        broken.put("UPDATE physical_copy SET path = '../out' WHERE path LIKE 'rdp/%'", "component '.' or '..'");
        broken.put(
                "UPDATE physical_copy SET state = 'MISSING' WHERE path LIKE 'rdp/%'", "it is MISSING and not PRESENT");
        broken.put(
                "INSERT INTO copy_use (physical_copy_id, data_transfer_package_id) SELECT c.id, d.id FROM physical_copy c, "
                        + "data_transfer_package d WHERE c.path LIKE 'rdp/%'",
                "1 intend to read it");
        broken.put(
                "INSERT INTO hold (physical_copy_id, placed_by, reason) SELECT id, 'ada', 'why' FROM physical_copy WHERE path LIKE 'rdp/%'",
                "1 holds lie on it");
        broken.put(
                "INSERT INTO hold (raw_data_package_id, placed_by, reason) SELECT id, 'ada', 'why' FROM raw_data_package",
                "1 holds lie on it");
        broken.put(
                "INSERT INTO hold (executed_observation_unit_id, placed_by, reason) SELECT id, 'ada', 'why' FROM executed_observation_unit",
                "1 holds lie on it");
        Packed packed = archived("night");
        String rdp = "rdp/" + packed.name() + ".tar";
        assertThat(stays(rdp, "")).as("nothing is broken").isEmpty();
        for (Map.Entry<String, String> one : broken.entrySet()) {
            assertThat(stays(rdp, one.getKey())).as(one.getKey()).anyMatch(reason -> reason.contains(one.getValue()));
        }
        assertThat(manager.findWork()).as("and put together again it goes").isEqualTo(1);
    }

    /** Why the copy with this path stays when something is broken; the breakage is undone again. */
    private List<String> stays(String path, String breakage) {
        return database.jdbi().withHandle(tx -> {
            tx.begin();
            if (!breakage.isEmpty()) {
                tx.execute(breakage);
            }
            long victim = tx.createQuery("SELECT id FROM physical_copy WHERE path = :path OR path = '../out'")
                    .bind("path", path)
                    .mapTo(Long.class)
                    .one();
            Decision decision =
                    new Proofs(SETTINGS).make(tx, List.of(victim), false).get(0);
            List<Candidates.Candidate> found = new java.util.ArrayList<>();
            Candidates candidates = new Candidates(tx, SETTINGS);
            for (String place :
                    List.of("ccat/telescope_computer", "ccat/buffer", "cologne/buffer", "cologne/processing")) {
                List<Long> at = List.of(packages.location(place));
                found.addAll(candidates.files(at));
                found.addAll(candidates.packages(at));
                found.addAll(candidates.transferPackages(at));
                found.addAll(candidates.trees(at));
            }
            boolean candidate = found.stream().anyMatch(one -> one.copy() == victim);
            if (!List.of("size_bytes = 1", "'../out'").stream().anyMatch(breakage::contains)) {
                assertThat(candidate)
                        .as("candidates agree with the policy: " + breakage)
                        .isEqualTo(decision.mayGo());
            }
            tx.rollback();
            return decision.reasons();
        });
    }

    @Test
    void each_unfinished_transfer_keeps_a_transfer_package() throws Exception {
        archived("night");
        String dtp = database.value("SELECT path FROM physical_copy WHERE path LIKE 'dtp/%'");
        assertThat(stays(dtp, "")).isEmpty();
        assertThat(stays(dtp, "UPDATE data_transfer SET status = 'FAILED'"))
                .anyMatch(r -> r.contains("1 of its 1 transfers"));
        assertThat(stays(dtp, "UPDATE data_transfer SET status = 'PENDING'")).isNotEmpty();
        assertThat(stays(dtp, "UPDATE data_transfer SET status = 'CANCELLED'")).isEmpty();
        assertThat(stays(dtp, "DELETE FROM data_transfer")).anyMatch(r -> r.contains("no transfer of it is recorded"));
        assertThat(stays(dtp, "UPDATE data_transfer_package SET package_count = 2"))
                .anyMatch(r -> r.contains("2 packages, but only 1 are known"));
        assertThat(stays(dtp, "UPDATE raw_data_package SET state = 'TRANSFERRING'"))
                .isNotEmpty();
        assertThat(
                        stays(
                                dtp,
                                "INSERT INTO hold (raw_data_package_id, placed_by, reason) SELECT id, 'a', 'b' FROM raw_data_package"))
                .isNotEmpty();
        assertThat(stays(dtp, "UPDATE verification SET verified_at = verified_at - interval '31 days'"))
                .isNotEmpty();
    }

    @Test
    void each_missing_piece_of_evidence_keeps_a_source_file() throws Exception {
        longArchived("night");
        assertThat(stays("night/a", "")).isEmpty();
        assertThat(stays("night/a", "UPDATE raw_data_package SET archived_at = clock_timestamp()"))
                .anyMatch(r -> r.contains("kept until"));
        assertThat(stays("night/a", "UPDATE physical_copy SET state = 'PRESENT' WHERE path LIKE 'rdp/%'"))
                .anyMatch(r -> r.contains("still has a copy at a buffer of this site"));
        assertThat(stays("night/a", "UPDATE physical_copy SET state = 'DELETION_FAILED' WHERE path LIKE 'rdp/%'"))
                .isNotEmpty();
        assertThat(stays("night/a", "UPDATE physical_copy SET state = 'PRESENT' WHERE path = 'night/a'"))
                .anyMatch(r -> r.contains("it is PRESENT and not DELETION_POSSIBLE"));
        assertThat(stays("night/a", "UPDATE raw_data_file SET raw_data_package_id = NULL"))
                .anyMatch(r -> r.contains("it is in no package"));
        assertThat(stays("night/a", "DELETE FROM verification")).isNotEmpty();
        assertThat(
                        stays(
                                "night/a",
                                "INSERT INTO hold (executed_observation_unit_id, placed_by, reason) SELECT id, 'a', 'b' FROM executed_observation_unit"))
                .anyMatch(r -> r.contains("1 holds"));
    }

    @Test
    void an_archive_site_keeps_a_package_until_each_of_its_archives_holds_it() throws Exception {
        Packed packed = archived("night");
        Path rdp = packages.root("cologne/buffer").resolve("rdp").resolve(packed.name() + ".tar");
        Files.createDirectories(rdp.getParent());
        Files.copy(packed.tar(), rdp);
        packages.copy(
                CopyOf.RAW_DATA_PACKAGE,
                packed.id(),
                "cologne/buffer",
                "rdp/" + packed.name() + ".tar",
                packed.digest(),
                CopyState.PRESENT);
        database.execute("UPDATE physical_copy SET path = 'rdp/here' WHERE data_location_id = "
                + packages.location("ccat/buffer") + " AND path LIKE 'rdp/%'");
        String path = "rdp/" + packed.name() + ".tar";
        assertThat(stays(path, "")).isEmpty();
        assertThat(stays(path, """
                INSERT INTO data_location (site_id, name, location_type, storage_type, root)
                SELECT id, 'second', 'LONG_TERM_ARCHIVE', 'DISK', '/nowhere' FROM site WHERE short_name = 'cologne'
                """)).anyMatch(r -> r.contains("is not proven in cologne/second"));
        assertThat(stays(path, """
                INSERT INTO data_location (site_id, name, location_type, storage_type, root, draining_since)
                SELECT id, 'second', 'LONG_TERM_ARCHIVE', 'DISK', '/nowhere', now() FROM site WHERE short_name = 'cologne'
                """))
                .as("one that drains takes no package any more")
                .isEmpty();
        assertThat(stays(path, """
                INSERT INTO data_location (site_id, name, location_type, storage_type, root)
                SELECT id, 'second', 'LONG_TERM_ARCHIVE', 'DISK', '/nowhere' FROM site WHERE short_name = 'cologne';
                UPDATE data_location SET draining_since = now() WHERE location_type = 'LONG_TERM_ARCHIVE'
                """))
                .as("where all of them drain, all take it")
                .anyMatch(r -> r.contains("is not proven in cologne/second"));
        assertThat(stays(path, "UPDATE data_location SET active = false WHERE name = 'lta'"))
                .anyMatch(r -> r.contains("neither made it nor archives it"));
        assertThat(stays("camera/2026/01/" + packed.name() + ".tar", ""))
                .containsExactly("an archive's copy is never deleted by policy");
    }

    @Test
    void more_archives_are_asked_for_when_the_policy_says_so() throws Exception {
        DeletionSettings two = new DeletionSettings(
                true, 2, Duration.ofDays(30), Duration.ZERO, Duration.ZERO, 500, Duration.ofSeconds(30), true);
        Packed packed = archived("night");
        assertThat(new DeletionManager(database.jdbi(), two).findWork()).isZero();
        packages.archived(packed, "us/lta");
        assertThat(new DeletionManager(database.jdbi(), two).findWork()).isEqualTo(1);
    }

    @Test
    void what_comes_between_scheduling_and_claim_refuses_the_deletion() throws Exception {
        archived("night");
        assertThat(manager.findWork()).isEqualTo(1);
        database.execute("""
                INSERT INTO copy_use (physical_copy_id, data_transfer_id)
                SELECT c.id, t.id FROM physical_copy c, data_transfer t WHERE c.path LIKE 'rdp/%'
                """);
        database.execute("""
                INSERT INTO hold (physical_copy_id, placed_by, reason) SELECT id, 'ada', 'look' FROM physical_copy WHERE path LIKE 'dtp/%'
                """);
        worker.work(operations.claim(BUFFER).orElseThrow());
        assertThat(outcomes())
                .allMatch(outcome -> outcome.startsWith("REFUSED: "))
                .hasSize(2);
        assertThat(copies("ccat/buffer")).allMatch(copy -> copy.endsWith(" PRESENT"));
        assertThat(Files.list(buffer.resolve("rdp"))).hasSize(1);
        assertThat(Files.list(buffer.resolve("dtp"))).hasSize(1);
        assertThat(database.value("SELECT status FROM deletion_batch")).isEqualTo("COMPLETED");
    }

    @Test
    void evidence_that_came_under_suspicion_before_the_claim_refuses_the_deletion() throws Exception {
        longArchived("night");
        assertThat(manager.findWork()).isEqualTo(1);
        database.execute("UPDATE physical_copy SET state = 'SUSPECT' WHERE path LIKE 'camera/%'");
        worker.work(operations.claim(SOURCE).orElseThrow());
        assertThat(outcomes()).filteredOn(o -> o.contains("is SUSPECT")).hasSize(2);
        assertThat(copies("ccat/telescope_computer")).allMatch(copy -> copy.endsWith(" DELETION_POSSIBLE"));
        assertThat(source.resolve("night/a")).exists();
    }

    @Test
    void whoever_is_about_to_read_a_copy_and_whoever_deletes_it_cannot_both_go_on() throws Exception {
        Packed packed = archived("night");
        long dtp = Long.parseLong(database.value("SELECT id FROM data_transfer_package"));
        List<Uses.Intent> intent = List.of(new Uses.Intent(dtp, packed.bufferCopy()));
        database.jdbi().useTransaction(reader -> {
            assertThat(Uses.add(reader, UseBy.DATA_TRANSFER_PACKAGE, intent)).hasSize(1);
            manager.findWork();
            assertThat(copies("ccat/buffer"))
                    .as("passed over while the reader has not committed")
                    .anyMatch(copy -> copy.startsWith("rdp/") && copy.endsWith(" PRESENT"));
        });
        worker.work(operations.claim(BUFFER).orElseThrow());
        assertThat(manager.findWork()).as("in use").isZero();
        database.jdbi().useTransaction(tx -> Uses.release(tx, UseBy.DATA_TRANSFER_PACKAGE, List.of(dtp)));
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(database.jdbi()
                        .<List<Long>, RuntimeException>inTransaction(
                                late -> Uses.add(late, UseBy.DATA_TRANSFER_PACKAGE, intent)))
                .as("too late: it is scheduled")
                .isEmpty();
    }

    @Test
    void two_managers_and_two_workers_delete_each_copy_once() throws Exception {
        for (int i = 0; i < 8; i++) {
            archived("n" + i);
        }
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> rounds = pool.invokeAll(java.util.Collections.nCopies(4, manager::findWork));
            int batches = 0;
            for (Future<Integer> round : rounds) {
                batches += round.get();
            }
            assertThat(batches).isEqualTo(1);
            Lease mine = operations.claim(BUFFER).orElseThrow();
            assertThat(operations.claim(BUFFER)).isEmpty();
            worker.work(mine);
        } finally {
            pool.shutdownNow();
        }
        assertThat(copies("ccat/buffer"))
                .allMatch(copy -> copy.endsWith(" DELETED"))
                .hasSize(16);
        assertThat(outcomes()).containsOnly("DELETED").hasSize(16);
    }

    @Test
    void a_batch_whose_worker_died_half_way_is_finished_by_the_next_one() throws Exception {
        Packed packed = longArchived("night");
        Lease dead = claim(SOURCE);
        assertThat(copies("ccat/telescope_computer")).allMatch(copy -> copy.endsWith(" DELETION_IN_PROGRESS"));
        Files.delete(packed.files().get(0));
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 second'");
        operations.recoverStale(10);
        assertThat(copies("ccat/telescope_computer"))
                .as("never back to where they were")
                .allMatch(copy -> copy.endsWith(" DELETION_IN_PROGRESS"));
        worker.work(operations.claim(SOURCE).orElseThrow());
        assertThat(outcomes()).contains("ABSENT", "DELETED");
        assertThat(copies("ccat/telescope_computer")).allMatch(copy -> copy.endsWith(" DELETED"));
        assertThatThrownBy(() -> worker.work(dead)).isInstanceOf(chasqui.pipeline.LeaseLost.class);
    }

    @Test
    void a_deletion_that_had_begun_when_its_evidence_fell_only_looks() throws Exception {
        Packed packed = longArchived("night");
        operations.giveBack(claim(SOURCE), "test");
        Files.delete(packed.files().get(0));
        database.execute("UPDATE physical_copy SET state = 'SUSPECT' WHERE path LIKE 'camera/%'");
        worker.work(operations.claim(SOURCE).orElseThrow());
        assertThat(copies("ccat/telescope_computer"))
                .containsExactly("night/a DELETED", "night/deep/b DELETION_FAILED");
        assertThat(packed.files().get(1)).hasContent("second");
        assertThat(outcomes().get(3)).contains("its proof holds no longer").contains("SUSPECT");
    }

    @Test
    void a_victim_that_changed_stays_and_people_are_told_while_the_others_go() throws Exception {
        Packed packed = longArchived("night");
        Path changed = packed.files().get(0);
        Files.writeString(changed, "other");
        Files.setLastModifiedTime(changed, FileTime.from(Instant.now().plusSeconds(5)));
        run(SOURCE);
        assertThat(changed).hasContent("other");
        assertThat(packed.files().get(1)).doesNotExist();
        assertThat(source.resolve("night"))
                .isDirectoryNotContaining("glob:**deep")
                .exists();
        assertThat(copies("ccat/telescope_computer"))
                .containsExactly("night/a DELETION_FAILED", "night/deep/b DELETED");
        assertThat(database.value("SELECT message FROM notification")).contains("not the file that was to go");
        assertThat(manager.findWork()).as("left to a human").isZero();
    }

    @Test
    void nothing_is_deleted_through_a_symbolic_link() throws Exception {
        Packed packed = longArchived("night");
        Path elsewhere = source.resolveSibling("elsewhere");
        Files.move(source.resolve("night"), elsewhere);
        Files.createSymbolicLink(source.resolve("night"), elsewhere);
        run(SOURCE);
        assertThat(elsewhere.resolve("a")).hasContent("first");
        assertThat(elsewhere.resolve("deep/b")).hasContent("second");
        assertThat(packed.files()).allMatch(Files::exists);
        assertThat(outcomes())
                .filteredOn(o -> o.startsWith("FAILED: "))
                .hasSize(2)
                .allMatch(o -> o.contains("symbolic link"));
    }

    @Test
    void hostile_names_are_deleted_and_nothing_else() throws Exception {
        Packed packed = packages.packed(
                "hostile",
                Map.of(
                        "-rf",
                        text("1"),
                        "new%0Aline/%FF%FE",
                        text("2"),
                        "with%20space/~",
                        text("3"),
                        "%2A",
                        text("4")));
        Files.writeString(source.resolve("bystander"), "stay");
        Path link = Files.createSymbolicLink(source.resolve("link"), Path.of("bystander"));
        Packed links = packages.packedFromDisk("links", List.of(link));
        for (Packed one : List.of(packed, links)) {
            packages.sent(one, "cologne");
            packages.archived(one, "cologne/lta");
        }
        run(BUFFER);
        database.execute("UPDATE raw_data_package SET archived_at = archived_at - interval '8 days'");
        database.execute("UPDATE physical_copy SET created_at = created_at - interval '9 days'");
        run(SOURCE);
        assertThat(Files.list(source).map(path -> path.getFileName().toString()))
                .containsExactlyInAnyOrder("bystander", ".chasqui");
        assertThat(outcomes()).containsOnly("DELETED");
    }

    @Test
    void a_disk_that_is_not_mounted_is_not_taken_for_deleted_files() throws Exception {
        longArchived("night");
        Lease lease = claim(SOURCE);
        Path kept = Files.move(source, source.resolveSibling("unmounted"));
        Files.createDirectory(source);
        assertThatThrownBy(() -> worker.work(lease))
                .isInstanceOfSatisfying(
                        ChasquiException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCATION))
                .hasMessageContaining("is its disk mounted?");
        operations.fail(lease, new Failure(FailureKind.LOCATION, true, "not mounted"));
        Files.delete(source);
        Files.move(kept, source);
        database.execute("UPDATE operation SET waits_for = NULL, not_before = clock_timestamp()");
        worker.work(operations.claim(SOURCE).orElseThrow());
        assertThat(copies("ccat/telescope_computer")).allMatch(copy -> copy.endsWith(" DELETED"));
    }

    @Test
    void a_disk_mounted_below_the_root_that_is_missing_is_not_taken_for_deleted_files() throws Exception {
        Packed packed = longArchived("night");
        for (Path file : packed.files()) {
            Files.delete(file);
        }
        database.execute("UPDATE physical_copy SET file_key = '1' || file_key WHERE path LIKE 'night/%'");
        Lease lease = claim(SOURCE);
        assertThatThrownBy(() -> worker.work(lease))
                .isInstanceOf(ChasquiException.class)
                .hasMessageContaining("neither is the disk that it was registered on");
        assertThat(copies("ccat/telescope_computer")).allMatch(copy -> copy.endsWith(" DELETION_IN_PROGRESS"));
    }

    @Test
    void a_disk_that_was_mounted_again_under_another_device_number_is_still_known() throws Exception {
        longArchived("night");
        database.execute("UPDATE physical_copy SET file_key = '1' || file_key WHERE path = 'night/a'");
        database.execute("UPDATE physical_copy SET file_key = file_key || '1' WHERE path = 'night/deep/b'");
        run(SOURCE);
        assertThat(copies("ccat/telescope_computer"))
                .as("another inode is another file")
                .containsExactly("night/a DELETED", "night/deep/b DELETION_FAILED");
    }

    @Test
    void a_batch_that_fails_for_good_gives_back_what_was_not_begun() throws Exception {
        archived("night");
        Lease lease = claim(BUFFER);
        operations.fail(lease, new Failure(FailureKind.ITEM, false, "poisoned"));
        assertThat(copies("ccat/buffer")).allMatch(copy -> copy.endsWith(" DELETION_FAILED"));
        assertThat(outcomes()).allMatch(o -> o.equals("FAILED: poisoned"));
        assertThat(database.value("SELECT status FROM deletion_batch")).isEqualTo("FAILED");

        archived("later");
        Lease later = claim(BUFFER);
        database.execute("UPDATE physical_copy SET state = 'DELETION_SCHEDULED' WHERE state = 'DELETION_IN_PROGRESS'");
        operations.fail(later, new Failure(FailureKind.ITEM, false, "could not begin"));
        assertThat(copies("ccat/buffer"))
                .filteredOn(copy -> copy.contains("later"))
                .singleElement()
                .asString()
                .endsWith(" PRESENT");
    }

    @Test
    void a_location_has_one_open_batch_of_limited_size_and_the_oldest_go_first() throws Exception {
        DeletionSettings small = new DeletionSettings(
                true, 1, Duration.ofDays(30), Duration.ZERO, Duration.ZERO, 2, Duration.ofSeconds(30), true);
        for (int i = 0; i < 3; i++) {
            archived("n" + i);
        }
        DeletionManager manager = new DeletionManager(database.jdbi(), small);
        assertThat(manager.findWork()).isEqualTo(1);
        assertThat(manager.findWork()).as("one batch is open").isZero();
        assertThat(copies("ccat/buffer").stream().filter(copy -> copy.endsWith("DELETION_SCHEDULED")))
                .hasSize(2)
                .allMatch(copy -> copy.contains("rdp-camera-n0") || copy.contains("rdp-camera-n1"));
    }

    @Test
    void nothing_is_scheduled_when_deletion_is_switched_off() throws Exception {
        archived("night");
        DeletionSettings off = new DeletionSettings(
                false, 1, Duration.ofDays(30), Duration.ZERO, Duration.ZERO, 2, Duration.ofSeconds(30), true);
        assertThat(new DeletionManager(database.jdbi(), off).findWork()).isZero();
    }

    @Test
    void a_round_and_a_claim_take_the_same_number_of_statements_for_few_and_for_many() throws Exception {
        archived("night");
        int fewFound = TestKernel.statements(database.jdbi(), manager::findWork);
        Lease[] lease = new Lease[1];
        int fewClaimed = TestKernel.statements(
                database.jdbi(), () -> lease[0] = operations.claim(BUFFER).orElseThrow());
        worker.work(lease[0]);
        for (int i = 0; i < 20; i++) {
            archived("n" + i);
        }
        assertThat(TestKernel.statements(database.jdbi(), manager::findWork))
                .isEqualTo(fewFound)
                .isLessThanOrEqualTo(20);
        assertThat(TestKernel.statements(
                        database.jdbi(),
                        () -> lease[0] = operations.claim(BUFFER).orElseThrow()))
                .isEqualTo(fewClaimed);
        int completed = TestKernel.statements(database.jdbi(), () -> {
            try {
                worker.work(lease[0]);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(completed).isLessThanOrEqualTo(12);
        assertThat(copies("ccat/buffer"))
                .allMatch(copy -> copy.endsWith(" DELETED"))
                .hasSize(42);
    }

    @Test
    void an_explanation_says_what_would_go_and_why_the_rest_stays() throws Exception {
        archived("night");
        night("new");
        assertThat(plan.explain("ccat/buffer", 10))
                .extracting(DeletionPlan.Explained::wouldGo)
                .containsExactly(true, true, false);
        assertThat(plan.explain("ccat/buffer", 10).get(2).reasons())
                .anyMatch(reason -> reason.contains("not archived yet (WAITING)"));
        assertThat(plan.explain("ccat/telescope_computer", 1)).singleElement().satisfies(explained -> assertThat(
                        explained.reasons())
                .contains("it is PRESENT and not DELETION_POSSIBLE"));
        assertThat(plan.explain("cologne/lta", 10)).singleElement().satisfies(explained -> assertThat(
                        explained.reasons())
                .containsExactly("an archive's copy is never deleted by policy"));
        assertThat(copies("ccat/buffer")).allMatch(copy -> copy.endsWith(" PRESENT"));
    }

    /** A tree as stage 6 leaves it, released. */
    private Path staged(Packed packed) throws Exception {
        Path tree = packages.root("cologne/processing").resolve(packed.name());
        for (Path file : packed.files()) {
            Path there = tree.resolve(source.relativize(file));
            Files.createDirectories(there.getParent());
            Files.copy(file, there, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
        database.execute("""
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, state, size_bytes, checksum, created_at)
                SELECT id, %d, name, 'STAGED', content_bytes, xxh64, clock_timestamp() - interval '3 days'
                  FROM raw_data_package WHERE id = %d
                """.formatted(packages.location("cologne/processing"), packed.id()));
        database.execute("""
                INSERT INTO staging_job (raw_data_package_id, data_location_id, requested_by, status, released_at)
                VALUES (%d, %d, 'ada', 'COMPLETED', clock_timestamp() - interval '2 days')
                """.formatted(packed.id(), packages.location("cologne/processing")));
        database.execute("UPDATE data_location SET active = false WHERE location_type = 'BUFFER' AND name = 'buffer' "
                + "AND site_id = (SELECT id FROM site WHERE short_name = 'ccat')");
        return tree;
    }

    @Test
    void a_released_tree_goes_after_retention() throws Exception {
        Packed packed = archived("night");
        Path tree = staged(packed);
        assertThat(stays(packed.name(), "")).isEmpty();
        assertThat(stays(packed.name(), "UPDATE staging_job SET released_at = NULL"))
                .contains("1 staging jobs need it");
        assertThat(stays(packed.name(), "UPDATE staging_job SET status = 'IN_PROGRESS'"))
                .contains("1 staging jobs need it");
        assertThat(stays(packed.name(), "UPDATE staging_job SET released_at = clock_timestamp()"))
                .anyMatch(r -> r.contains("released at"));
        assertThat(stays(packed.name(), "UPDATE physical_copy SET state = 'CORRUPT' WHERE path LIKE 'camera/%'"))
                .isNotEmpty();
        run(PROCESSING);
        assertThat(tree).doesNotExist();
        assertThat(packages.root("cologne/processing").resolve(".chasqui/outgoing"))
                .isEmptyDirectory();
        assertThat(copies("cologne/processing")).containsExactly(packed.name() + " DELETED");
    }

    @Test
    void a_scientists_own_files_in_a_staged_tree_are_never_deleted() throws Exception {
        Packed packed = archived("night");
        Path tree = staged(packed);
        Files.writeString(tree.resolve("night/result.txt"), "mine");
        Files.writeString(tree.resolve("night/deep/b"), "Second");
        Files.setLastModifiedTime(
                tree.resolve("night/deep/b"), FileTime.from(Instant.now().plusSeconds(60)));
        run(PROCESSING);
        assertThat(tree.resolve("night/result.txt")).hasContent("mine");
        assertThat(tree.resolve("night/deep/b")).hasContent("Second");
        assertThat(tree.resolve("night/a")).hasContent("first");
        assertThat(copies("cologne/processing")).containsExactly(packed.name() + " DELETION_FAILED");
        assertThat(database.value("SELECT message FROM notification"))
                .contains("night/result.txt")
                .contains("night/deep/b")
                .contains("the tree was put back");
    }

    @Test
    void a_tree_whose_deletion_died_half_way_is_finished_by_the_next_worker() throws Exception {
        Packed packed = archived("night");
        Path tree = staged(packed);
        Lease dead = claim(PROCESSING);
        Path outgoing =
                Files.createDirectories(packages.root("cologne/processing").resolve(".chasqui/outgoing"));
        Path aside = outgoing.resolve(
                "tree-" + database.value("SELECT id FROM physical_copy WHERE path = '" + packed.name() + "'"));
        Files.move(tree, aside);
        Files.delete(aside.resolve("night/a"));
        operations.giveBack(dead, "test");
        worker.work(operations.claim(PROCESSING).orElseThrow());
        assertThat(outgoing).isEmptyDirectory();
        assertThat(outcomes()).containsExactly("DELETED");
    }

    @Test
    void a_file_moved_aside_by_a_dead_attempt_comes_back_when_the_evidence_fell() throws Exception {
        Packed packed = archived("night");
        Path tree = staged(packed);
        operations.giveBack(claim(PROCESSING), "test");
        Path outgoing =
                Files.createDirectories(packages.root("cologne/processing").resolve(".chasqui/outgoing"));
        Files.move(
                tree,
                outgoing.resolve(
                        "tree-" + database.value("SELECT id FROM physical_copy WHERE path = '" + packed.name() + "'")));
        database.execute("UPDATE physical_copy SET state = 'CORRUPT' WHERE path LIKE 'camera/%'");
        worker.work(operations.claim(PROCESSING).orElseThrow());
        assertThat(tree.resolve("night/a")).hasContent("first");
        assertThat(outcomes()).singleElement().asString().contains("CORRUPT").contains("the tree was put back");
    }
}
