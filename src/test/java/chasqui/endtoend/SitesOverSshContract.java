package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.Installation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole pipeline of five sites, each served by a process of its own on a host of its own: a telescope, a relay, and
 * three archives that are reached by one type of transfer route each.
 */
abstract class SitesOverSshContract {
    private static final String TOPOLOGY = """
            observatory: far
            telescope: far
            sites:
              - short_name: ccat
                locations:
                  - { name: camera_computer, type: SOURCE, storage: DISK, root: "{sites}/ccat/camera_computer" }
                  - { name: spectrometer_computer, type: SOURCE, storage: DISK, root: "{sites}/ccat/spectrometer_computer" }
                  - { name: buffer, type: BUFFER, storage: DISK, host: 127.0.0.2, user: "{user}", root: "{sites}/ccat/buffer" }
                instruments:
                  - { name: camera, modules: [camera] }
                  - { name: spectrometer, modules: [spectrometer] }
              - short_name: santiago
                locations:
                  - { name: buffer, type: BUFFER, storage: DISK, host: 127.0.0.3, user: "{user}", root: "{sites}/santiago/buffer" }
              - short_name: cologne
                locations:
                  - { name: buffer, type: BUFFER, storage: DISK, host: 127.0.0.4, user: "{user}", root: "{sites}/cologne/buffer" }
                  - { name: lta, type: LONG_TERM_ARCHIVE, storage: S3, bucket: cologne-lta, credential: cologne, prefix: raw/ }
              - short_name: us
                locations:
                  - { name: buffer, type: BUFFER, storage: DISK, host: 127.0.0.5, user: "{user}", root: "{sites}/us/buffer" }
                  - { name: lta, type: LONG_TERM_ARCHIVE, storage: DISK, host: 127.0.0.5, root: "{sites}/us/lta", accept_cached_verification: true }
              - short_name: munich
                locations:
                  - { name: buffer, type: BUFFER, storage: DISK, host: 127.0.0.6, user: "{user}", root: "{sites}/munich/buffer" }
                  - { name: lta, type: LONG_TERM_ARCHIVE, storage: S3, bucket: munich-lta, credential: munich }
            transfer_routes:
              - { from: ccat, to: us, type: RELAY, relay: santiago }
              - { from: ccat, to: munich, type: DIRECT }
              - { from: us, to: cologne, pull: true }
            """;

    @RegisterExtension
    final Installation installation = new Installation();

    private FarSites sites;

    /** @param folder for what it needs */
    abstract Path program(Path folder) throws Exception;

    @BeforeEach
    void five_sites(@TempDir Path folder) throws Exception {
        Path bbcp = program(Files.createDirectory(folder.resolve("program")));
        sites = new FarSites(folder.resolve("far"), installation)
                .reachedBySsh(bbcp, "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6")
                .archivedIn("cologne", "cologne-lta")
                .archivedIn("munich", "munich-lta")
                .installed(Map.of("chasqui.packaging.size-cap", "600KiB", "chasqui.assembly.target-size", "1MiB"))
                .topology(TOPOLOGY);
    }

    @AfterEach
    void close() throws Exception {
        if (sites != null) {
            sites.close();
        }
    }

    @Test
    void files_of_two_instruments_reach_every_archive_by_every_type_of_route() throws Exception {
        installation.start("chile", "manager,worker,monitor", "ccat/*");
        installation.start("santiago", "worker", "santiago/*");
        installation.start("cologne", "worker", "cologne/*");
        installation.start("us", "manager,worker", "us/*");
        installation.start("munich", "worker", "munich/*");
        installation.awaitHealthy();

        for (int night = 1; night <= 2; night++) {
            sites.observe("camera_computer", "camera", "camera-" + night, 400_000 + night, 150_000, 1, 0, 300_000);
            sites.observe("spectrometer_computer", "spectrometer", "spectrum-" + night, 500_000 + night, 3, 450_000);
        }
        sites.awaitThrough();

        OpenedArchives.requireAll(sites, null);
        sites.theLedgerBalances();
        assertThat(sites.ways())
                .contains(
                        "ccat cologne bbcp",
                        "ccat munich s3-upload",
                        "santiago us bbcp",
                        "cologne us bbcp",
                        "cologne munich bbcp",
                        "us cologne bbcp",
                        "munich cologne s3-copy",
                        "munich us s3-download");
        assertThat(sites.database.values("SELECT DISTINCT queue FROM operation_history WHERE type = 'data_transfer'"))
                .as("what us has for others is fetched by them, or it would be here")
                .containsExactlyInAnyOrder(
                        "ccat_buffer_data_transfer",
                        "santiago_buffer_data_transfer",
                        "cologne_buffer_data_transfer",
                        "munich_buffer_data_transfer",
                        "us_buffer_data_transfer");
    }
}
