package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.testing.OwnDatabase;
import chasqui.testing.Program;
import chasqui.testing.S3Archive;
import chasqui.testing.S3Faults;
import chasqui.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the running service in the middle of an upload in parts; the store lives on elsewhere. */
class S3UploadKillIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String BUCKET = "remote-archive";
    private static final int PART = 16 << 20;
    private static final int STORED = 2;
    private static final String TOPOLOGY = """
            observatory: Observatory
            sites:
              - short_name: ccat
                locations:
                  - { name: computer, type: SOURCE, storage: DISK, root: "${home}/sites/computer" }
                  - { name: buffer, type: BUFFER, storage: DISK, root: "${home}/sites/buffer" }
                instruments: [ { name: camera, modules: [m1] } ]
              - short_name: cologne
                locations:
                  - { name: buffer, type: BUFFER, storage: DISK, root: "${home}/sites/cologne" }
                  - { name: lta, type: LONG_TERM_ARCHIVE, storage: S3, endpoint: "%s", bucket: %s, prefix: raw/, credential: remote }
            """;
    /** Method s3-upload at the buffer where the package lies. */
    private static final String STRAIGHT = """
            transfer_routes:
              - { from: ccat, to: cologne, type: DIRECT }
            """;

    @TempDir
    private Path folder;

    @Test
    void the_next_process_sends_only_the_parts_that_the_store_does_not_have() throws Exception {
        uploadKilled(TOPOLOGY + STRAIGHT);
    }

    @Test
    void the_archive_s_own_upload_goes_on_in_the_same_way() throws Exception {
        uploadKilled(TOPOLOGY);
    }

    private void uploadKilled(String topology) throws Exception {
        try (Home remote = Home.open(folder.resolve("remote"));
                EmbeddedObjectStore store = EmbeddedObjectStore.start(remote);
                S3Faults faults = new S3Faults(store.address().endpoint())) {
            store.ensureBucket(BUCKET);
            Path home = folder.resolve("home");
            Map<String, String> environment = environment(store);
            Path file =
                    Files.writeString(folder.resolve("topology.yaml"), topology.formatted(faults.endpoint(), BUCKET));
            command(environment, "topology", "apply", file.toString(), "--home", home.toString());
            Path night = Files.createDirectories(home.resolve("sites/computer/night"));
            byte[] content = new byte[5 * PART];
            new Random(7).nextBytes(content);
            Files.write(night.resolve("large"), content);
            command(
                    environment,
                    ("file " + night + " --home " + home
                                    + " --instrument camera --module m1 --observation night --finish")
                            .split(" "));

            CountDownLatch stored = new CountDownLatch(STORED);
            faults.next(STORED, S3UploadKillIT::isPart, S3Faults.before(stored::countDown));
            faults.next(1000, S3UploadKillIT::isPart, S3Faults.silence());
            try (Program service = start(environment, home)) {
                assertThat(stored.await(LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .as(service.err())
                        .isTrue();
                service.kill();
            }
            assertThat(faults.count(S3UploadKillIT::begins)).isEqualTo(1);
            assertThat(unfinished(remote)).isEqualTo(1);
            faults.reset();
            try (Program service = start(environment, home)) {
                await().atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> !service.alive()
                                || OwnDatabase.count(
                                                home, "SELECT count(*) FROM raw_data_package WHERE state = 'ARCHIVED'")
                                        == 1);
                assertThat(service.alive()).as(service.err()).isTrue();
            }
            Path object = fetched();
            long parts = (Files.size(object) + PART - 1) / PART;
            assertThat(faults.count(S3UploadKillIT::isPart)).isEqualTo(parts - STORED);
            assertThat(faults.count(S3UploadKillIT::begins)).isZero();
            assertThat(unfinished(remote)).isZero();
            Path tree = Files.createDirectory(folder.resolve("tree"));
            Tools.run(tree, "tar", "xf", object.toString());
            assertThat(tree.resolve("night/large")).hasBinaryContent(content);
        }
    }

    /** Of the package: a process that knows nothing of a store yet tries it with an upload of its own. */
    private static boolean isPart(S3Faults.Request request) {
        return request.isPart() && request.target().contains(".tar?");
    }

    private static boolean begins(S3Faults.Request request) {
        return request.method().equals("POST") && request.target().contains(".tar?uploads");
    }

    private static Map<String, String> environment(EmbeddedObjectStore store) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "CHASQUI_MANAGEMENT_PORT", "0",
                "CHASQUI_API_PORT", "0",
                "CHASQUI_MANAGER_INTERVAL", "200ms",
                "CHASQUI_WORKER_LOOK", "500ms",
                "CHASQUI_MONITOR_INTERVAL", "2s",
                "CHASQUI_ASSEMBLY_MAX_WAIT", "1s",
                "CHASQUI_S3_PARTS_IN_FLIGHT", "3"));
        environment.put("CHASQUI_OBJECT_STORE_EMBEDDED", "false");
        environment.put("CHASQUI_S3_REMOTE_ACCESS_KEY_ID", store.address().accessKey());
        environment.put("CHASQUI_S3_REMOTE_SECRET_ACCESS_KEY", store.address().secretKey());
        return environment;
    }

    private void command(Map<String, String> environment, String... words) throws Exception {
        try (Program program = Program.start(folder, environment, words)) {
            Program.Ended ended = program.await(LIMIT);
            assertThat(ended.exit()).as(ended.err()).isZero();
        }
    }

    private Program start(Map<String, String> environment, Path home) {
        return Program.start(folder, environment, "run", "--home", home.toString());
    }

    /** Uploads that were begun and neither completed nor ended. */
    private static int unfinished(Home remote) throws Exception {
        try (S3Clients clients = new S3Clients(remote.folders().aws())) {
            return clients.client(new S3Endpoint("", "", "chasqui"))
                    .listMultipartUploads(r -> r.bucket(BUCKET))
                    .uploads()
                    .size();
        }
    }

    private Path fetched() throws Exception {
        Path object = folder.resolve("object.tar");
        try (S3Archive archive = new S3Archive(folder.resolve("remote"))) {
            List<String> packages = archive.keys(BUCKET).stream()
                    .filter(key -> key.endsWith(".tar"))
                    .toList();
            assertThat(packages).hasSize(1);
            archive.fetch(BUCKET, packages.get(0), object);
        }
        return object;
    }
}
