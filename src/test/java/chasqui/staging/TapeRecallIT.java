package chasqui.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.NotYet;
import chasqui.pipeline.OperationStore;
import chasqui.recovery.FailureClassifier;
import chasqui.testing.Alteration;
import chasqui.testing.TapeStandIn;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestPackages;
import chasqui.testing.TestPackages.Packed;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Staging from an archive on tape; runs against {@link TapeStandIn}. */
class TapeRecallIT {
    private static final String PLACE = "cologne/processing";

    private final TestDatabase database = new TestDatabase();
    private final OperationStore operations =
            TestKernel.of(database.jdbi(), new StagingEffects(), new TapeRecallEffects());
    private final StagingSettings settings = new StagingSettings(100, Duration.ofSeconds(30));
    private final StagingManager staging = new StagingManager(database.jdbi(), settings);
    private final TapeRecallManager recalls = new TapeRecallManager(database.jdbi(), settings);
    private final StagingRequests requests = new StagingRequests(database.jdbi());
    private final TestPackages packages = new TestPackages(database.jdbi());
    private final Locations locations = new Locations(database.jdbi());
    private final NodeIdentity node = NodeIdentity.starting("test-node");
    private final TapeRecallWorker recaller =
            new TapeRecallWorker(database.jdbi(), operations, locations, TapeStandIn.patient(), node);
    private final StagingWorker stager =
            new StagingWorker(database.jdbi(), operations, new PackageSources(locations, null), node, settings);

    @TempDir
    Path folder;

    private TapeStandIn tapes;
    private Path recallRoot;
    private Packed night;
    private Path file;

    @BeforeEach
    void a_package_that_is_on_tape_only() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        night = packages.packed("night", Map.of("night/a.fits", "first".getBytes(StandardCharsets.UTF_8)));
        packages.archived(night, "us/lta");
        tapes = new TapeStandIn(folder.resolve("library"));
        recallRoot = folder.resolve("recalled");
        Path tar = packages.root("us/lta").resolve(path());
        Files.createDirectories(tapes.tape(path()).getParent());
        Files.move(tar, tapes.tape(path()));
        tapes.replace(database.jdbi(), "us", "lta", recallRoot, true);
        file = recallRoot.resolve(path());
        database.execute(
                "UPDATE physical_copy c SET state = 'DELETED', deleted_at = now() FROM data_location l WHERE l.id = c.data_location_id AND l.location_type = 'BUFFER'");
    }

    private String path() {
        return "camera/2026/01/" + night.name() + ".tar";
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void ask() {
        requests.request(List.of(night.name()), PLACE, "ada", "for the pipeline");
    }

    private void recall() throws Exception {
        assertThat(recalls.findWork()).isEqualTo(1);
        recaller.work(operations.claim("us_lta_tape_recall").orElseThrow());
    }

    private void stage() throws Exception {
        assertThat(staging.findWork()).isEqualTo(1);
        stager.work(operations.claim("cologne_processing_staging").orElseThrow());
    }

    private String job() {
        return database.value("SELECT status || coalesce(': ' || waits_for, '') FROM staging_job");
    }

    private String copy() {
        return database.value(
                "SELECT c.state FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id WHERE l.storage_type = 'TAPE'");
    }

    private Path tree() {
        return packages.root(PLACE).resolve(night.name());
    }

    private long calls(String command) throws Exception {
        return tapes.calls().stream().filter(call -> call.startsWith(command)).count();
    }

    private List<Path> left() throws Exception {
        try (var all = Files.walk(recallRoot)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void a_package_on_tape_comes_back_is_staged_and_leaves_the_recall_folder() throws Exception {
        assertThat(recalls.findWork()).as("nobody asked").isZero();
        ask();
        assertThat(staging.findWork()).isZero();
        assertThat(job()).isEqualTo("PENDING: " + night.name() + " is on tape and comes back first: us/lta");
        recall();
        assertThat(file).hasSameBinaryContentAs(tapes.tape(path()));
        assertThat(recalls.findWork()).as("it stays until it was staged").isZero();
        stage();
        assertThat(job()).isEqualTo("COMPLETED");
        assertThat(tree().resolve("night/a.fits")).hasContent("first");
        recall();
        assertThat(left()).isEmpty();
        assertThat(recalls.findWork()).isZero();
        assertThat(calls("recall")).isEqualTo(1);
        assertThat(database.value("SELECT count(*) FROM tape_recall")).isEqualTo("0");
    }

    @Test
    void what_can_be_read_elsewhere_is_not_recalled() throws Exception {
        packages.archived(night, "cologne/lta");
        ask();
        assertThat(recalls.findWork()).isZero();
        stage();
        assertThat(job()).isEqualTo("COMPLETED");
        assertThat(tapes.calls()).isEmpty();
    }

    @Test
    void what_is_not_on_tape_yet_is_waited_for() throws Exception {
        tapes.control("pending=*");
        ask();
        assertThatThrownBy(this::recall).isInstanceOf(NotYet.class);
        assertThat(left()).isEmpty();
    }

    @Test
    void bytes_that_come_back_wrong_are_never_staged_and_put_the_tape_under_suspicion() throws Exception {
        Alteration.BIT_IN_THE_MIDDLE.apply(tapes.tape(path()));
        ask();
        recall();
        assertThat(copy()).isEqualTo("SUSPECT");
        assertThat(left()).isEmpty();
        assertThat(staging.findWork()).isZero();
        assertThat(recalls.findWork()).as("not while it is under suspicion").isZero();
        assertThat(database.value("SELECT count(*) FROM verification WHERE NOT good"))
                .isEqualTo("1");
        assertThat(tree()).doesNotExist();
    }

    @Test
    void a_tape_that_lost_the_package_is_put_under_suspicion() throws Exception {
        Files.delete(tapes.tape(path()));
        ask();
        recall();
        assertThat(copy()).isEqualTo("SUSPECT");
        assertThat(recalls.findWork()).isZero();
    }

    @Test
    void a_library_that_fails_is_no_fault_of_the_package() throws Exception {
        ask();
        tapes.control("exit_recall=4");
        recalls.findWork();
        Lease lease = operations.claim("us_lta_tape_recall").orElseThrow();
        assertThatThrownBy(() -> recaller.work(lease))
                .hasMessageContaining("exit code 4")
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.LOCATION));
        assertThat(copy()).isEqualTo("PRESENT");
        assertThat(left()).isEmpty();
    }

    @Test
    void what_came_back_and_vanished_is_recalled_again_and_nothing_is_suspected() throws Exception {
        ask();
        recall();
        Files.delete(file);
        stage();
        assertThat(copy()).isEqualTo("PRESENT");
        staging.findWork();
        assertThat(job()).startsWith("PENDING");
        recall();
        stage();
        assertThat(job()).isEqualTo("COMPLETED");
    }

    @Test
    void what_came_back_and_was_spoiled_is_recalled_again_when_the_tape_was_found_right() throws Exception {
        ask();
        recall();
        Alteration.BIT_IN_THE_MIDDLE.apply(file);
        stage();
        assertThat(tree()).doesNotExist();
        assertThat(copy()).isEqualTo("SUSPECT");
        database.execute("UPDATE physical_copy SET state = 'PRESENT' WHERE state = 'SUSPECT'");
        assertThat(staging.findWork()).as("nobody reads it again").isZero();
        recall();
        assertThat(left()).as("first it is removed").isEmpty();
        recall();
        assertThat(file).hasSameBinaryContentAs(tapes.tape(path()));
        stage();
        assertThat(job()).isEqualTo("COMPLETED");
    }

    @Test
    void what_came_back_and_was_spoiled_does_not_stay_when_nobody_asks_for_it_any_more() throws Exception {
        ask();
        recall();
        Files.write(file, new byte[] {1});
        stage();
        requests.release(List.of(night.name()), PLACE, "ada", "changed my mind");
        recall();
        assertThat(left()).isEmpty();
        assertThat(recalls.findWork()).isZero();
    }

    @Test
    void an_attempt_that_died_after_the_bytes_came_is_finished_by_the_next() throws Exception {
        ask();
        Files.createDirectories(file.getParent());
        Files.copy(tapes.tape(path()), file);
        recall();
        assertThat(database.value("SELECT count(*) FROM tape_recall")).isEqualTo("1");
        stage();
        assertThat(job()).isEqualTo("COMPLETED");
    }

    @Test
    void what_nobody_needs_any_more_goes_and_what_is_asked_for_meanwhile_stays() throws Exception {
        ask();
        recall();
        requests.release(List.of(night.name()), PLACE, "ada", "changed my mind");
        assertThat(recalls.findWork()).isEqualTo(1);
        Lease lease = operations.claim("us_lta_tape_recall").orElseThrow();
        ask();
        recaller.work(lease);
        assertThat(file).exists();
        requests.release(List.of(night.name()), PLACE, "ada", "again");
        recall();
        assertThat(left()).isEmpty();
    }

    @Test
    void a_place_that_does_not_see_the_recall_folder_waits() throws Exception {
        ask();
        recall();
        Files.move(recallRoot, folder.resolve("unmounted"));
        staging.findWork();
        Lease lease = operations.claim("cologne_processing_staging").orElseThrow();
        assertThatThrownBy(() -> stager.work(lease))
                .hasMessageContaining(recallRoot.toString())
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.LOCATION));
        assertThat(copy()).isEqualTo("PRESENT");
        Files.move(folder.resolve("unmounted"), recallRoot);
    }
}
