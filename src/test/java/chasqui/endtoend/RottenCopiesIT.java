package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.Alteration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies that were right when they were read back, and went bad later. Where a good one can be made, nobody is needed. */
class RottenCopiesIT {
    @TempDir
    private static Path storeFolder;

    private static SmallObservatory.Objects objects;

    @TempDir
    private Path folder;

    private SmallObservatory observatory;

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

    /** Alters a file when a transfer from that site is about to send it. */
    private void rotBeforeSendingFrom(String site, Callable<Path> file) {
        observatory.stored.alter(site + "_buffer_data_transfer", "sending", 0, file, Alteration.BIT_IN_THE_MIDDLE);
    }

    private Path only(String location, String glob) throws Exception {
        return SmallObservatory.largest(observatory.root(location), glob);
    }

    private void run() throws Exception {
        observatory.stages.untilNothingIsLeft();
        observatory.stage();
        observatory.stages.untilNothingIsLeft();
    }

    private void nobodyIsNeeded() throws Exception {
        assertThat(observatory.database.values("SELECT concat_ws(' ', queue, status, failure_message) FROM operation"))
                .isEmpty();
        assertThat(observatory.database.values("SELECT DISTINCT status FROM data_transfer"))
                .containsExactly("COMPLETED");
        assertThat(observatory.database.value("SELECT count(*) FROM copy_use WHERE staging_job_id IS NULL"))
                .as("nobody intends to read anything any more")
                .isEqualTo("0");
        observatory.everyByteIsRight();
    }

    private List<String> copiesOfBundles() {
        return observatory.database.values("""
                SELECT s.short_name || ' ' || c.state FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                  JOIN site s ON s.id = l.site_id WHERE c.data_transfer_package_id IS NOT NULL ORDER BY 1
                """);
    }

    @Test
    void a_transfer_package_that_rots_where_it_was_built_is_built_again_of_its_packages() throws Exception {
        observatory.file(2);
        rotBeforeSendingFrom("ccat", () -> only("ccat/buffer", "dtp/*"));
        run();
        assertThat(SmallObservatory.keptAside(observatory.root("ccat/buffer"))).contains(observatory.stored.altered());
        assertThat(copiesOfBundles()).containsExactly("ccat PRESENT", "cologne PRESENT");
        assertThat(observatory.database.values(
                        "SELECT level || ' ' || split_part(cause, ':', 1) FROM notification ORDER BY 1"))
                .containsExactly("WARNING source-suspect", "WARNING transfer-package-rotten");
        assertThat(observatory.database.value("SELECT count(*) FROM verification WHERE NOT good"))
                .isEqualTo("1");
        assertThat(observatory.database.value("SELECT max(send_count) FROM data_transfer"))
                .as("no wrong byte travelled")
                .isEqualTo("1");
        nobodyIsNeeded();
    }

    @Test
    void a_transfer_package_that_vanishes_is_built_again() throws Exception {
        observatory.file(2);
        rotBeforeSendingFrom("ccat", () -> {
            Path bundle = only("ccat/buffer", "dtp/*");
            return Files.move(bundle, folder.resolve("taken away"));
        });
        run();
        assertThat(copiesOfBundles()).containsExactly("ccat PRESENT", "cologne PRESENT");
        nobodyIsNeeded();
    }

    @Test
    void a_transfer_package_that_rots_where_it_is_the_last_one_is_built_again_there() throws Exception {
        observatory.file(2);
        rotBeforeSendingFrom("cologne", () -> {
            observatory.database.execute("""
                    UPDATE physical_copy SET state = 'DELETED' WHERE data_location_id = (
                        SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                         WHERE s.short_name = 'ccat' AND l.name = 'buffer')
                    """);
            return only("cologne/buffer", "dtp/*");
        });
        run();
        assertThat(SmallObservatory.keptAside(observatory.root("cologne/buffer")))
                .contains(observatory.stored.altered());
        assertThat(copiesOfBundles()).containsExactly("ccat DELETED", "cologne PRESENT");
        nobodyIsNeeded();
    }

    @Test
    void a_transfer_package_under_suspicion_that_is_found_good_is_sent_as_it_is() throws Exception {
        observatory.file(2);
        AtomicBoolean said = new AtomicBoolean();
        observatory.stages.afterEachAttempt(() -> {
            if (!copiesOfBundles().isEmpty() && said.compareAndSet(false, true)) {
                observatory.database.execute(
                        "UPDATE physical_copy SET state = 'SUSPECT' WHERE data_transfer_package_id IS NOT NULL");
            }
        });
        run();
        assertThat(said).isTrue();
        assertThat(SmallObservatory.keptAside(observatory.root("ccat/buffer"))).isEmpty();
        assertThat(copiesOfBundles()).containsExactly("ccat PRESENT", "cologne PRESENT");
        nobodyIsNeeded();
    }

    @Test
    void where_the_packages_of_a_bad_transfer_package_are_bad_too_a_human_is_told_which() throws Exception {
        observatory.file(2);
        rotBeforeSendingFrom("ccat", () -> {
            Alteration.TRUNCATED.apply(only("ccat/buffer", "rdp/*"));
            return only("ccat/buffer", "dtp/*");
        });
        observatory.stages.untilNothingIsLeft();
        assertThat(observatory.database.value(
                        "SELECT message FROM notification WHERE cause LIKE 'transfer-package-bad:%'"))
                .contains("cannot be built anew: rdp-camera-night-");
        assertThat(observatory.database.value("SELECT failure_message FROM operation WHERE status = 'FAILED'"))
                .contains("no readable copy");
        assertThat(copiesOfBundles()).containsExactly("ccat CORRUPT");
    }

    @Test
    void a_package_that_is_its_own_transfer_package_is_read_before_it_gets_that_name_again() throws Exception {
        observatory.file(1);
        rotBeforeSendingFrom("ccat", () -> only("ccat/buffer", "dtp/*"));
        observatory.stages.untilNothingIsLeft();
        assertThat(observatory.database.value(
                        "SELECT message FROM notification WHERE cause LIKE 'transfer-package-bad:%'"))
                .contains("cannot be built anew: rdp-camera-night-0");
        assertThat(copiesOfBundles()).containsExactly("ccat CORRUPT");
        assertThat(observatory.database.values("SELECT state FROM physical_copy WHERE raw_data_package_id IS NOT NULL"))
                .as("the same file under its other name")
                .containsExactly("SUSPECT");
    }
}
