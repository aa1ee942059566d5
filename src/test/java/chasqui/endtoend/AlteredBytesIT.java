package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.storage.Fingerprint;
import chasqui.storage.Progress;
import chasqui.testing.AllStages;
import chasqui.testing.Alteration;
import chasqui.testing.StoredBytes;
import chasqui.testing.TestDatabase;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that are altered after they were made durable and before they are read back, at every kind of destination. Nobody
 * may take them for right, they are kept aside, and in the end every byte is right everywhere.
 */
class AlteredBytesIT {
    @TempDir
    private static Path storeFolder;

    private static SmallObservatory.Objects objects;

    @TempDir
    private Path folder;

    private SmallObservatory observatory;

    static Stream<Arguments> everyDestinationAndAlteration() {
        return Destination.all()
                .flatMap(destination -> alterations(destination).map(how -> Arguments.of(destination, how)));
    }

    /**
     * What is found in place is read by the same code as what was just written: fewer kinds show that it is read. All of
     * them, at every destination, take minutes: {@code -Dtest.thorough=true}.
     */
    private static Stream<Alteration> alterations(Destination destination) {
        if (Boolean.getBoolean("test.thorough")) {
            return Stream.of(Alteration.values());
        }
        return destination.died()
                ? Stream.of(Alteration.BIT_IN_THE_MIDDLE)
                : Stream.of(Alteration.BIT_IN_THE_MIDDLE, Alteration.TRUNCATED);
    }

    @BeforeAll
    static void an_object_store() {
        objects = new SmallObservatory.Objects(storeFolder.resolve("home"));
    }

    @AfterAll
    static void stop() {
        objects.close();
    }

    @BeforeEach
    void an_observatory() throws Exception {
        observatory = new SmallObservatory(folder, objects);
    }

    @AfterEach
    void close() {
        observatory.close();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("everyDestinationAndAlteration")
    void what_a_destination_did_not_keep_is_put_aside_and_made_again(Destination destination, Alteration how)
            throws Exception {
        Path root = observatory.root(destination.root());
        AllStages stages = observatory.stages;
        StoredBytes stored = observatory.stored;
        TestDatabase database = observatory.database;
        Runnable afterEach = destination.journey().arrange(observatory);
        observatory.file(destination.packages());
        stored.alter(
                destination.queue(),
                destination.phase(),
                destination.skip(),
                () -> SmallObservatory.largest(root, destination.file()),
                how);
        if (destination.died()) {
            stages.dieBeforeTheCommitOf(destination.queue());
        }
        stages.afterEachAttempt(() -> {
            afterEach.run();
            observatory.nothingPresentIsWrong();
        });

        stages.untilNothingIsLeft();
        observatory.stage();
        stages.untilNothingIsLeft();

        assertThat(stored.altered())
                .as("what the fault layer left: " + stages.said())
                .isNotNull();
        assertThat(SmallObservatory.keptAside(root))
                .as("what was altered is kept: " + stages.said())
                .contains(stored.altered());
        assertThat(database.value(destination.told().sql))
                .as("the database tells")
                .isNotEqualTo("0");
        int again = destination.told() == Destination.Told.AS_DAMAGED_ON_ARRIVAL ? 1 : 0;
        assertThat(database.value("SELECT max(send_count) FROM data_transfer"))
                .isEqualTo(String.valueOf(destination.journey().hops() + again));
        assertThat(database.values("SELECT concat_ws(' ', queue, status, failure_message) FROM operation"))
                .as("nothing waits for a human")
                .isEmpty();
        observatory.everyByteIsRight();
    }

    static Stream<Arguments> everyAlterationOnBothKindsOfTape() {
        return Stream.of(Alteration.BIT_IN_THE_MIDDLE, Alteration.TRUNCATED)
                .flatMap(how -> Stream.of(Arguments.of(how, true), Arguments.of(how, false)));
    }

    /** Nothing on tape can be put aside or made again by us. */
    @ParameterizedTest(name = "{0}, the library has a checksum command: {1}")
    @MethodSource("everyAlterationOnBothKindsOfTape")
    void what_a_tape_did_not_keep_is_never_present_and_a_human_is_told_what_to_do(Alteration how, boolean checksum)
            throws Exception {
        Path library = observatory.archiveOnTape(checksum);
        observatory.sendStraightToCologne();
        observatory.file(1);
        String queue = "cologne_lta_long_term_archive_transfer";
        StoredBytes stored = observatory.stored;
        stored.alter(queue, "reading back", 0, () -> SmallObservatory.largest(library, "camera/**.tar"), how);
        observatory.stages.afterEachAttempt(observatory::nothingPresentIsWrong);

        observatory.stages.untilNothingIsLeft();

        Path tape = SmallObservatory.largest(library, "camera/**.tar");
        assertThat(Fingerprint.take(tape, Progress.NONE).xxHash64())
                .as("altered, and left as it is")
                .isNotNull()
                .isEqualTo(stored.altered());
        TestDatabase database = observatory.database;
        assertThat(database.values(
                        "SELECT status || ' ' || failure_message FROM operation WHERE queue = '" + queue + "'"))
                .singleElement()
                .asString()
                .startsWith("FAILED")
                .contains(tape.getFileName().toString())
                .contains("a name on tape is never written again: remove or rename it");
        assertThat(database.value("SELECT count(*) FROM notification WHERE level = 'ERROR'"))
                .isEqualTo("1");
        assertThat(
                        database.values(
                                "SELECT DISTINCT l.name FROM physical_copy c JOIN data_location l"
                                        + " ON l.id = c.data_location_id WHERE c.raw_data_package_id IS NOT NULL AND c.state = 'PRESENT'"))
                .as("the package stays where it was sent from, and is nowhere else")
                .containsExactly("buffer");
        assertThat(database.value("SELECT count(*) FROM copy_use")).isNotEqualTo("0");
    }
}
