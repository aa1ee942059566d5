package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.Installation;
import chasqui.testing.TapeStandIn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A telescope and the only archive, on tape: the telescope's process hands packages over, the archive's proves them. */
class StraightToTapeIT {
    private static final String TOPOLOGY = """
            observatory: far
            telescope: far
            sites:
              - short_name: ccat
                locations:
                  - { name: camera_computer, type: SOURCE, storage: DISK, root: "{sites}/ccat/camera_computer" }
                  - { name: spectrometer_computer, type: SOURCE, storage: DISK, root: "{sites}/ccat/spectrometer_computer" }
                  - { name: buffer, type: BUFFER, storage: DISK, root: "{sites}/ccat/buffer" }
                instruments:
                  - { name: camera, modules: [camera] }
                  - { name: spectrometer, modules: [spectrometer] }
              - short_name: cologne
                locations:
                  - { name: buffer, type: BUFFER, storage: DISK, root: "{sites}/cologne/buffer" }
                  - name: vault
                    type: LONG_TERM_ARCHIVE
                    storage: TAPE
                    archive_command: %s
                    query_command: %s
                    recall_command: %s
                    checksum_command: %s
                    recall_root: "{sites}/cologne/recalled"
            transfer_routes:
              - { from: ccat, to: cologne, type: DIRECT }
            """;

    @RegisterExtension
    final Installation installation = new Installation();

    private FarSites sites;
    private Path library;
    private TapeStandIn tape;

    @BeforeEach
    void an_archive_on_tape(@TempDir Path folder) throws Exception {
        library = folder.resolve("library").toAbsolutePath();
        tape = new TapeStandIn(library);
        sites = new FarSites(folder.resolve("far"), installation)
                .installed(Map.of("chasqui.packaging.size-cap", "600KiB"))
                .topology(TOPOLOGY.formatted(
                        words(tape.commands(true).archive()),
                        words(tape.commands(true).query()),
                        words(tape.commands(true).recall()),
                        words(tape.commands(true).checksum())));
    }

    private static String words(List<String> command) {
        return command.stream().map(word -> '"' + word + '"').collect(Collectors.joining(", ", "[", "]"));
    }

    @AfterEach
    void close() throws Exception {
        if (sites != null) {
            sites.close();
        }
    }

    @Test
    void packages_go_straight_to_tape_and_their_copies_leave_when_the_tape_holds_them() throws Exception {
        tape.control("pending=*");
        installation.start("chile", "manager,worker,monitor", "ccat/*");
        installation.start("cologne", "worker", "cologne/*");
        installation.awaitHealthy();
        sites.observe("camera_computer", "camera", "camera-1", 400_000, 150_000, 0, 300_000);
        sites.observe("spectrometer_computer", "spectrometer", "spectrum-1", 500_000, 3);
        await().atMost(Duration.ofMinutes(2)).until(() -> sites.database
                .value("SELECT count(*) FROM data_transfer WHERE sent_at IS NOT NULL")
                .equals("3"));
        assertThat(sites.database.value("SELECT count(*) FROM raw_data_package WHERE state = 'ARCHIVED'"))
                .as("accepted by the library is not on tape")
                .isEqualTo("0");
        tape.control();

        sites.awaitThrough();

        OpenedArchives.requireAll(sites, library);
        sites.theLedgerBalances();
        assertThat(sites.ways()).containsExactly("ccat cologne command");
        assertThat(sites.database.value("SELECT count(*) FROM data_transfer_package"))
                .isEqualTo("0");
    }
}
