package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.OwnDatabase;
import chasqui.testing.Program;
import chasqui.testing.S3Archive;
import chasqui.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the running service, again and again; then it must finish, every byte right, nothing done twice. */
class KillIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int KILLS = 4;
    private static final int FILES = 240;
    private static final Map<String, String> QUICK = Map.ofEntries(
            Map.entry("CHASQUI_MANAGEMENT_PORT", "0"),
            Map.entry("CHASQUI_API_PORT", "0"),
            Map.entry("CHASQUI_MANAGER_INTERVAL", "200ms"),
            Map.entry("CHASQUI_WORKER_LOOK", "500ms"),
            Map.entry("CHASQUI_MONITOR_INTERVAL", "2s"),
            Map.entry("CHASQUI_RETRY_FIRST", "200ms"),
            Map.entry("CHASQUI_PACKAGING_SIZE_CAP", "4MiB"),
            Map.entry("CHASQUI_ASSEMBLY_TARGET_SIZE", "8MiB"),
            Map.entry("CHASQUI_ASSEMBLY_MAX_WAIT", "1s"),
            Map.entry("CHASQUI_DELETION_RETENTION_SOURCE", "0s"));

    @TempDir
    private Path folder;

    @Test
    void a_killed_service_finishes_what_it_began_and_does_nothing_twice() throws Exception {
        Path home = folder.resolve("home");
        Path topology = Path.of("deploy/topology/three-sites.yaml").toAbsolutePath();
        Program.Ended applied =
                Program.run(folder, LIMIT, "topology", "apply", topology.toString(), "--home", home.toString());
        assertThat(applied.exit()).as(applied.err()).isZero();

        Map<String, byte[]> written = write(home.resolve("sites/ccat/telescope_computer/night"));
        Program.Ended filed = Program.run(
                folder,
                LIMIT,
                "file",
                home.resolve("sites/ccat/telescope_computer/night").toString(),
                "--home",
                home.toString(),
                "--instrument",
                "prime-cam",
                "--module",
                "eor-spec",
                "--observation",
                "night",
                "--finish");
        assertThat(filed.exit()).as(filed.err()).isZero();

        for (int kill = 0; kill < KILLS; kill++) {
            try (Program service = start(home)) {
                int enough = (kill + 1) * 12;
                await().atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> !service.alive()
                                || OwnDatabase.count(home, "SELECT count(*) FROM operation_history") >= enough
                                || OwnDatabase.count(home, "SELECT count(*) FROM physical_copy WHERE state = 'DELETED'")
                                        >= FILES);
                assertThat(service.alive()).as(service.err()).isTrue();
                service.kill();
            } catch (org.awaitility.core.ConditionTimeoutException stuck) {
                throw new AssertionError("kill " + kill + ": " + said(home), stuck);
            }
        }
        try (Program service = start(home)) {
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(200)).until(() -> isThrough(home));
            assertThat(OwnDatabase.count(
                            home,
                            "SELECT count(*) FROM (SELECT FROM operation_history WHERE status = 'COMPLETED' AND type <> 'verification'"
                                    + " GROUP BY type, subject_id, data_location_id HAVING count(*) > 1) twice"))
                    .as("operations completed twice")
                    .isZero();
            assertThat(OwnDatabase.count(home, "SELECT count(*) FROM operation WHERE status = 'FAILED'"))
                    .isZero();
            archivesHold(home, written);
            service.terminate();
            assertThat(service.await(LIMIT).exit()).as("SIGTERM ends it").isEqualTo(143);
        }
    }

    private Program start(Path home) {
        return Program.start(folder, QUICK, "run", "--home", home.toString());
    }

    private static boolean isThrough(Path home) {
        return OwnDatabase.count(
                                home,
                                "SELECT count(*) FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id"
                                        + " WHERE l.location_type IN ('SOURCE', 'BUFFER') AND c.state <> 'DELETED'")
                        == 0
                && OwnDatabase.count(home, "SELECT count(*) FROM operation") == 0
                && OwnDatabase.count(home, "SELECT count(*) FROM raw_data_package WHERE state = 'ARCHIVED'") > 0;
    }

    private void archivesHold(Path home, Map<String, byte[]> written) throws Exception {
        List<Path> tars = new ArrayList<>();
        try (S3Archive archive = new S3Archive(home)) {
            List<String> keys = archive.keys("chasqui-archive");
            assertThat(keys.stream().filter(key -> key.endsWith(".tar")))
                    .as("one object for each package, and no other")
                    .hasSize((int) OwnDatabase.count(home, "SELECT count(*) FROM raw_data_package"));
            for (String key : keys) {
                if (key.endsWith(".tar")) {
                    Path tar = folder.resolve("s3-" + tars.size() + ".tar");
                    archive.fetch("chasqui-archive", key, tar);
                    tars.add(tar);
                }
            }
        }
        compare(Files.createDirectory(folder.resolve("from-s3")), tars, written);
        try (Stream<Path> files = Files.walk(home.resolve("sites/us/lta"))) {
            List<Path> disk =
                    files.filter(file -> file.toString().endsWith(".tar")).toList();
            assertThat(disk).hasSameSizeAs(tars);
            compare(Files.createDirectory(folder.resolve("from-disk")), disk, written);
        }
        for (String location : List.of("ccat/telescope_computer/night", "ccat/buffer", "cologne/buffer", "us/buffer")) {
            Path root = home.resolve("sites").resolve(location);
            if (Files.exists(root)) {
                try (Stream<Path> files = Files.walk(root)) {
                    assertThat(files.filter(Files::isRegularFile))
                            .as("left at " + location)
                            .isEmpty();
                }
            }
        }
        try (Stream<Path> all = Files.walk(home.resolve("sites"))) {
            assertThat(all.filter(path -> path.getParent().endsWith(".chasqui/tmp")))
                    .as("left by dead attempts")
                    .isEmpty();
        }
    }

    private static void compare(Path tree, List<Path> tars, Map<String, byte[]> written) throws Exception {
        for (Path tar : tars) {
            Tools.run(tree, "tar", "xf", tar.toString());
        }
        for (Map.Entry<String, byte[]> file : written.entrySet()) {
            assertThat(tree.resolve("night").resolve(file.getKey())).hasBinaryContent(file.getValue());
        }
    }

    private static Map<String, byte[]> write(Path night) throws Exception {
        Random random = new Random(42);
        Map<String, byte[]> written = new HashMap<>();
        Files.createDirectories(night);
        for (int i = 0; i < FILES; i++) {
            byte[] content = new byte[random.nextInt(300_000)];
            random.nextBytes(content);
            Files.write(night.resolve("file-" + i), content);
            written.put("file-" + i, content);
        }
        return written;
    }

    /** What the services wrote and what stands in their queues. */
    private String said(Path home) throws Exception {
        StringBuilder said = new StringBuilder();
        try (Stream<Path> logs = Files.list(folder)) {
            for (Path log : logs.filter(file -> file.getFileName().toString().startsWith("err"))
                    .sorted()
                    .toList()) {
                said.append(log.getFileName()).append('\n').append(Files.readString(log));
            }
        }
        return said.append(Program.run(folder, LIMIT, "status", "--home", home.toString())
                        .out())
                .toString();
    }
}
