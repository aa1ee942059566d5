package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import chasqui.database.Database;
import chasqui.embedded.DatabaseAddress;
import chasqui.embedded.EmbeddedDatabase;
import chasqui.embedded.Home;
import chasqui.testing.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The running service with four locations on disks that are too small, in a namespace of their own. Each stage that
 * writes must park with the reason, spend no attempt, and go on by itself when there is room.
 */
class DiskFullIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int MIB = 1 << 20;

    /** Disks in the order in which a package meets them, with the queue that finds each of them full. */
    private static final Map<String, String> SMALL = new java.util.LinkedHashMap<>();

    static {
        SMALL.put("ccat/buffer", "ccat_telescope_computer_raw_data_package_creation");
        SMALL.put("us/buffer", "ccat_buffer_data_transfer|cologne_buffer_data_transfer");
        SMALL.put("us/lta", "us_lta_long_term_archive_transfer");
        SMALL.put("cologne/processing", "cologne_processing_staging");
    }

    /** Mounts disks with 4 MiB left, runs the service, makes room when told to, and says at the end what the archive holds. */
    private static final String SCRIPT = """
            set -eu
            home=$1 control=$2 program=$3
            for disk in $4; do
                mount -t tmpfs -o size=64m tmpfs "$home/sites/$disk"
                head -c 60m /dev/zero > "$home/sites/$disk/filler"
            done
            "$program" run --home "$home" & service=$!
            trap 'kill "$service" 2>/dev/null || true' EXIT
            while kill -0 "$service" 2>/dev/null; do
                for disk in $4; do
                    if [ -e "$control/room/$disk" ]; then
                        rm "$home/sites/$disk/filler"
                        rm "$control/room/$disk"
                    fi
                done
                if [ -e "$control/end" ]; then
                    (cd "$home/sites/us/lta" && find . -name '*.tar' -exec sha256sum {} +) > "$control/archive"
                    (cd "$home/sites/cologne/processing" && find . -type f -name 'file-*' -exec sha256sum {} +) > "$control/staged"
                    rm "$control/end"
                    kill "$service"
                fi
                sleep 0.1
            done
            """;

    @TempDir
    private Path folder;

    @Test
    void every_stage_that_meets_a_full_disk_waits_for_room_and_then_goes_on() throws Exception {
        assumeThat(new ProcessBuilder("unshare", "-Urm", "sh", "-c", "mount -t tmpfs tmpfs /mnt")
                        .redirectErrorStream(true)
                        .start()
                        .waitFor())
                .as("SKIPPED: this machine gives no namespace with a mount of its own, so that no disk can be filled")
                .isZero();
        Path home = folder.resolve("home");
        Path control = Files.createDirectory(folder.resolve("control"));
        ready(home);
        Process namespace = inNamespace(home, control);
        try {
            for (Map.Entry<String, String> small : SMALL.entrySet()) {
                if (small.getKey().startsWith("cologne")) {
                    stage(home);
                }
                await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> isParked(home, small.getValue()));
                Path room = control.resolve("room").resolve(small.getKey());
                Files.createDirectories(room.getParent());
                Files.createFile(room);
                await().atMost(LIMIT).until(() -> !Files.exists(room));
            }
            await().atMost(LIMIT)
                    .until(() -> value(home, "SELECT count(*) FROM operation").equals("0"));
            assertThat(value(home, "SELECT max(attempt) FROM operation_history"))
                    .as("no attempt was spent")
                    .isEqualTo("0");
            assertThat(value(home, "SELECT count(*) FROM staging_job WHERE status = 'COMPLETED'"))
                    .isEqualTo("1");
            Files.createFile(control.resolve("end"));
            await().atMost(LIMIT).until(() -> !Files.exists(control.resolve("end")));
            String sha256 = value(home, "SELECT sha256 FROM raw_data_package");
            assertThat(Files.readString(control.resolve("archive"))).startsWith(sha256.substring("sha256:".length()));
            assertThat(Files.readAllLines(control.resolve("staged"))).hasSize(6);
            assertThat(namespace.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("it drains and ends")
                    .isTrue();
        } catch (Throwable failure) {
            failure.addSuppressed(new AssertionError("the service said: "
                    + Files.readString(folder.resolve("service.log")) + "\noperations: "
                    + values(home, "SELECT concat_ws(' ', queue, status, waits_for, failure_message) FROM operation")));
            throw failure;
        } finally {
            List<ProcessHandle> left = namespace.descendants().toList();
            left.forEach(ProcessHandle::destroy);
            for (ProcessHandle process : left) {
                process.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            namespace.destroy();
        }
    }

    private void ready(Path home) throws Exception {
        run(
                "topology",
                "apply",
                Path.of("deploy/topology/three-sites.yaml").toAbsolutePath().toString(),
                "--home",
                home.toString());
        Path night = Files.createDirectories(home.resolve("sites/ccat/telescope_computer/night"));
        for (int file = 0; file < 6; file++) {
            byte[] content = new byte[MIB];
            new Random(file).nextBytes(content);
            Files.write(night.resolve("file-" + file), content);
        }
        run(
                "file",
                night.toString(),
                "--home",
                home.toString(),
                "--instrument",
                "prime-cam",
                "--module",
                "eor-spec",
                "--observation",
                "night",
                "--finish");
    }

    private void stage(Path home) throws Exception {
        await().atMost(LIMIT).until(() -> value(home, "SELECT count(*) FROM raw_data_package WHERE state = 'ARCHIVED'")
                .equals("1"));
        run(
                "stage",
                value(home, "SELECT name FROM raw_data_package"),
                "--to",
                "cologne/processing",
                "--home",
                home.toString());
    }

    private void run(String... arguments) throws Exception {
        Program.Ended ended = Program.run(folder, LIMIT, arguments);
        assertThat(ended.exit()).as(ended.err()).isZero();
    }

    private Process inNamespace(Path home, Path control) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        "unshare",
                        "-Urm",
                        "sh",
                        "-c",
                        SCRIPT,
                        "sh",
                        home.toString(),
                        control.toString(),
                        Path.of("chasqui").toAbsolutePath().toString(),
                        String.join(" ", SMALL.keySet()))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("service.log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "CHASQUI_BUILD", "never",
                        "JAVA_HOME", System.getProperty("java.home"),
                        "CHASQUI_MANAGEMENT_PORT", "0",
                        "CHASQUI_API_PORT", "0",
                        "CHASQUI_MANAGER_INTERVAL", "200ms",
                        "CHASQUI_MONITOR_INTERVAL", "500ms",
                        "CHASQUI_PARK_FIRST", "1s",
                        "CHASQUI_PARK_LONGEST", "2s",
                        "CHASQUI_ASSEMBLY_MAX_WAIT", "1s",
                        "CHASQUI_DELETION_ENABLED", "false"));
        return builder.start();
    }

    private static boolean isParked(Path home, String queues) {
        List<String> reasons = values(
                home,
                "SELECT waits_for FROM operation WHERE status = 'PENDING' AND waits_for LIKE 'location:%'"
                        + " AND failure_message LIKE '%no space left%' AND queue ~ '^(" + queues + ")$'");
        return !reasons.isEmpty();
    }

    private static String value(Path home, String sql) {
        List<String> values = values(home, sql);
        return values.isEmpty() ? "" : values.get(0);
    }

    /** From the service's own database; empty while it cannot be reached. */
    private static List<String> values(Path home, String sql) {
        try {
            DatabaseAddress address = EmbeddedDatabase.address(Home.peek(home)).orElseThrow();
            try (Database database = Database.connect(address.jdbcUrl(), address.user(), address.password(), 1)) {
                return database.jdbi()
                        .withHandle(
                                db -> db.createQuery(sql).mapTo(String.class).list());
            }
        } catch (RuntimeException notYet) {
            return List.of();
        }
    }
}
