package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

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
     * them, at every destination, take minutes: {@code -Dchasqui.test.thorough=true}.
     */
    private static Stream<Alteration> alterations(Destination destination) {
        if (Boolean.getBoolean("chasqui.test.thorough")) {
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
        if (destination.root().equals(Destination.RELAY)) {
            observatory.relayByUs();
        } else if (destination.root().equals(Destination.DIRECT)) {
            observatory.sendStraightToCologne();
        }
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
        stages.afterEachAttempt(observatory::nothingPresentIsWrong);

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
        int hops = destination.root().equals(Destination.RELAY) ? 2 : 1;
        int again = destination.told() == Destination.Told.AS_DAMAGED_ON_ARRIVAL ? 1 : 0;
        assertThat(database.value("SELECT max(send_count) FROM data_transfer")).isEqualTo(String.valueOf(hops + again));
        assertThat(database.values("SELECT concat_ws(' ', queue, status, failure_message) FROM operation"))
                .as("nothing waits for a human")
                .isEmpty();
        observatory.everyByteIsRight();
    }
}
