package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.pipeline.LeaseRenewer;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.ResultJournal;
import chasqui.testing.AllStages;
import chasqui.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No completion of any stage is taken by the database when the work ends: its disk is full then, as a trigger of the test
 * says with the code for that. Every result is recorded by another process, from the journal.
 */
class LateResultsOfAllStagesIT {
    private static final Set<String> STAGES = Set.of(
            "raw_data_package_creation",
            "data_transfer_package_creation",
            "data_transfer",
            "data_transfer_unpacking",
            "long_term_archive_transfer",
            "staging");

    /** What the result of each stage speaks of: a location, and its files. */
    private static final Map<String, String> PLACES = Map.of(
            "raw_data_package_creation", "ccat/buffer:rdp/*.tar",
            "data_transfer_package_creation", "ccat/buffer:dtp/*.tar",
            "data_transfer", "cologne/buffer:.chasqui/incoming/*",
            "data_transfer_unpacking", "cologne/buffer:rdp/*.tar",
            "long_term_archive_transfer", "cologne/lta:**.tar");

    @TempDir
    private static Path storeFolder;

    private static SmallObservatory.Objects objects;

    private final Set<String> journaled = new TreeSet<>();
    private SmallObservatory observatory;
    private TestDatabase database;
    private AllStages stages;
    private Path journal;

    @BeforeAll
    static void an_object_store() {
        objects = new SmallObservatory.Objects(storeFolder.resolve("home"));
    }

    @AfterAll
    static void stop() {
        objects.close();
    }

    @BeforeEach
    void a_database_that_takes_no_completions(@TempDir Path folder) throws Exception {
        observatory = new SmallObservatory(folder, objects);
        database = observatory.database;
        stages = observatory.stages;
        journal = folder.resolve("journal");
        stages.operations().keepResultsIn(new ResultJournal(journal));
        database.execute("CREATE TABLE disk_is_full (since timestamptz)");
        database.execute("""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF NEW.status = 'COMPLETED' AND EXISTS (SELECT FROM disk_is_full) THEN
                        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
                    END IF;
                    RETURN NEW;
                END $$
                """);
        database.execute(
                "CREATE TRIGGER refusing BEFORE INSERT ON operation_history FOR EACH ROW EXECUTE FUNCTION refuse()");
        database.execute("INSERT INTO disk_is_full VALUES (now())");
    }

    @AfterEach
    void close() {
        observatory.close();
    }

    private long inJournal() {
        if (Files.notExists(journal)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(journal)) {
            return files.count();
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    /** The next process of this node, in a database with room. */
    private void recordedByAnother() {
        if (inJournal() == 0) {
            return;
        }
        journaled.addAll(database.values("SELECT type FROM operation WHERE status = 'IN_PROGRESS'"));
        database.execute("DELETE FROM disk_is_full");
        OperationStore next = stages.incarnation();
        next.keepResultsIn(new ResultJournal(journal));
        assertThat(next.recoverOwnPast()).isEmpty();
        assertThat(inJournal()).isZero();
        database.execute("INSERT INTO disk_is_full VALUES (now())");
    }

    /** The same, when all leases have been given up meanwhile. */
    private void adoptedByAnother() {
        Set<String> waiting = Set.copyOf(database.values("SELECT type FROM operation WHERE status = 'IN_PROGRESS'"));
        if (inJournal() == 0 || !stages.adoptable().containsAll(waiting)) {
            recordedByAnother();
            return;
        }
        journaled.addAll(waiting);
        database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 s'");
        assertThat(stages.incarnation().recoverStale(10)).hasSize(1);
        database.execute("DELETE FROM disk_is_full");
        OperationStore next = stages.incarnation();
        next.keepResultsIn(new ResultJournal(journal));
        assertThat(next.recoverOwnPast()).isEmpty();
        await().atMost(Duration.ofSeconds(30)).until(() -> inJournal() == 0);
        assertThat(database.value("SELECT count(*) FROM operation_history WHERE status = 'COMPLETED' AND id NOT IN"
                        + " (SELECT operation_id FROM operation_attempt WHERE outcome = 'COMPLETED')"))
                .isEqualTo("0");
        database.execute("INSERT INTO disk_is_full VALUES (now())");
    }

    /** As {@link #adoptedByAnother}, but the first result of each stage has lost a bit by then. */
    private void alteredMeanwhile() {
        for (String type : database.values("SELECT type FROM operation WHERE status = 'IN_PROGRESS'")) {
            if (inJournal() > 0 && PLACES.containsKey(type) && journaled.add(type)) {
                String place = PLACES.get(type);
                int root = place.indexOf(':');
                loseABit(observatory.root(place.substring(0, root)), place.substring(root + 1));
                adoptedByAnother();
                await().alias(type).atMost(Duration.ofSeconds(30)).until(() -> database.value(
                                "SELECT outcome FROM operation_attempt ORDER BY ended_at DESC LIMIT 1")
                        .equals("GIVEN_BACK"));
                // The first process, which goes on here in the place of a third one, has the result in mind no longer.
                try (LeaseRenewer first = new LeaseRenewer(stages.operations(), () -> {})) {
                    first.renewAll();
                }
                return;
            }
        }
        adoptedByAnother();
    }

    private static void loseABit(Path root, String files) {
        try {
            Path file = SmallObservatory.largest(root, files);
            byte[] content = Files.readAllBytes(file);
            content[content.length / 2] ^= 1;
            Files.write(file, content);
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private void allStages() throws Exception {
        observatory.file(2);
        stages.untilNothingIsLeft();
        observatory.stage();
        stages.untilNothingIsLeft();
        observatory.everyByteIsRight();
        assertThat(journaled).containsAll(STAGES);
        assertThat(database.values("""
                        SELECT type || ' ' || subject_id FROM operation_history WHERE status = 'COMPLETED'
                         GROUP BY type, subject_id, data_location_id HAVING count(*) > 1
                        """)).as("done twice").isEmpty();
        assertThat(database.value("SELECT count(*) FROM operation")).isEqualTo("0");
    }

    @Test
    void what_every_stage_had_done_is_recorded_by_the_next_process() throws Exception {
        observatory.archiveObjects();
        stages.afterEachAttempt(this::recordedByAnother);
        allStages();
        assertThat(database.values("SELECT DISTINCT outcome FROM operation_attempt"))
                .as("no attempt was made for nothing: " + stages.said())
                .containsExactly("COMPLETED");
    }

    @Test
    void what_every_stage_had_done_is_adopted_by_the_next_process_when_its_lease_is_gone() throws Exception {
        observatory.archiveObjects();
        stages.afterEachAttempt(this::adoptedByAnother);
        allStages();
        assertThat(database.values("""
                        SELECT operation_id || ': ' || string_agg(outcome, ' ' ORDER BY ended_at) FROM operation_attempt
                         GROUP BY operation_id HAVING count(*) > 2
                        """))
                .as("one attempt and one look for each: " + stages.said())
                .isEmpty();
        assertThat(database.value("SELECT count(*) FROM operation_attempt WHERE outcome = 'STALLED'"))
                .isNotEqualTo("0");
    }

    @Test
    void what_has_lost_a_bit_meanwhile_is_not_adopted_and_done_again() throws Exception {
        stages.afterEachAttempt(this::alteredMeanwhile);
        observatory.file(2);
        stages.untilNothingIsLeft();
        observatory.stage();
        stages.untilNothingIsLeft();
        observatory.everyByteIsRight();
        assertThat(journaled).containsAll(PLACES.keySet());
    }
}
