package chasqui.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

class EmbeddedObjectStoreIT {
    private static final String BUCKET = "cologne-lta";

    @TempDir
    Path temporary;

    @Test
    void objects_and_keys_and_port_are_the_same_after_a_restart() throws IOException {
        Path folder = temporary.resolve("a home");
        ObjectStoreAddress before;
        try (Home home = Home.open(folder);
                EmbeddedObjectStore store = EmbeddedObjectStore.start(home)) {
            before = store.address();
            store.ensureBucket(BUCKET);
            store.ensureBucket(BUCKET);
            try (S3Client client = client(before, before.secretKey())) {
                client.putObject(r -> r.bucket(BUCKET).key("a/b.txt"), RequestBody.fromString("relay"));
            }
        }
        try (Home home = Home.open(folder);
                EmbeddedObjectStore store = EmbeddedObjectStore.start(home);
                S3Client client = client(store.address(), store.address().secretKey())) {
            assertThat(store.address()).isEqualTo(before);
            assertThat(client.getObjectAsBytes(r -> r.bucket(BUCKET).key("a/b.txt"))
                            .asUtf8String())
                    .isEqualTo("relay");
        }
    }

    @Test
    void nobody_gets_in_without_the_keys() {
        try (Home home = Home.open(temporary.resolve("home"));
                EmbeddedObjectStore store = EmbeddedObjectStore.start(home);
                S3Client wrong = client(store.address(), "wrong")) {
            store.ensureBucket(BUCKET);
            assertThatThrownBy(() -> wrong.listObjectsV2(r -> r.bucket(BUCKET)))
                    .isInstanceOfSatisfying(S3Exception.class, refused -> assertThat(refused.statusCode())
                            .isEqualTo(403));
            assertThat(store.address().toString())
                    .doesNotContain(store.address().secretKey());
        }
    }

    @Test
    void the_aws_files_are_closed_to_others_and_keep_the_operators_own_profiles() throws IOException {
        try (Home home = Home.open(temporary.resolve("home"))) {
            Path credentials = home.folders().aws().resolve("credentials");
            Files.writeString(
                    credentials,
                    "[archive]\naws_access_key_id = mine\n[chasqui]\naws_access_key_id = old\n[last]\na = b\n");
            try (EmbeddedObjectStore store = EmbeddedObjectStore.start(home)) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(credentials)))
                        .isEqualTo("rw-------");
                assertThat(Files.readString(credentials))
                        .contains("[archive]\naws_access_key_id = mine\n", "[last]\na = b\n")
                        .contains("aws_access_key_id = " + store.address().accessKey())
                        .doesNotContain("old");
                assertThat(EmbeddedObjectStore.address(Home.peek(home.path()))).contains(store.address());
                assertThat(store.howToLook())
                        .contains(credentials.toString())
                        .doesNotContain(store.address().secretKey());
            }
        }
    }

    @Test
    void a_fixed_port_in_use_is_named_with_its_setting() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Home home = Home.open(temporary.resolve("home"))) {
            assertThatThrownBy(() -> EmbeddedObjectStore.start(home, taken.getLocalPort()))
                    .isInstanceOf(ObjectStoreNotStarted.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining(EmbeddedObjectStore.PORT_SETTING);
        }
    }

    @Test
    void the_remembered_port_is_given_up_when_somebody_else_has_it() throws IOException {
        try (Home home = Home.open(temporary.resolve("home"))) {
            ObjectStoreAddress before;
            try (EmbeddedObjectStore store = EmbeddedObjectStore.start(home)) {
                before = store.address();
            }
            int port = before.endpoint().getPort();
            try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    EmbeddedObjectStore store = EmbeddedObjectStore.start(home)) {
                assertThat(taken.isBound()).isTrue();
                assertThat(store.address().endpoint()).isNotEqualTo(before.endpoint());
                assertThat(store.address().secretKey()).isEqualTo(before.secretKey());
                assertThat(Files.readString(home.folders().aws().resolve("config")))
                        .contains(store.address().endpoint().toString())
                        .doesNotContain(before.endpoint().toString());
            }
        }
    }

    @Test
    void what_a_death_left_half_written_is_gone_at_the_next_start_and_whole_objects_stay() throws IOException {
        String unfinished = "p.tar-01234567-89ab-cdef-0123-456789abcdef";
        try (Home home = Home.open(temporary.resolve("home"))) {
            Path bucket = home.folders().s3().resolve("objects").resolve(BUCKET);
            try (EmbeddedObjectStore store = EmbeddedObjectStore.start(home);
                    S3Client client = client(store.address(), store.address().secretKey())) {
                store.ensureBucket(BUCKET);
                client.putObject(r -> r.bucket(BUCKET).key("whole/" + unfinished), RequestBody.fromString("whole"));
            }
            Files.writeString(bucket.resolve(unfinished), "torn");
            Files.createDirectories(bucket.resolve(".mpus-1-deep/er"));
            Files.writeString(bucket.resolve(".mpus-1-deep/er/p.tar-1"), "part");
            Files.createFile(home.folders().s3().resolve("in-use"));
            try (EmbeddedObjectStore store = EmbeddedObjectStore.start(home);
                    S3Client client = client(store.address(), store.address().secretKey())) {
                assertThat(client.listObjectsV2(r -> r.bucket(BUCKET)).contents())
                        .extracting(o -> o.key())
                        .containsExactly("whole/" + unfinished);
                assertThat(bucket.resolve(".mpus-1-deep")).doesNotExist();
            }
        }
    }

    @Test
    void a_put_with_a_wrong_checksum_is_refused() {
        try (Home home = Home.open(temporary.resolve("home"));
                EmbeddedObjectStore store = EmbeddedObjectStore.start(home);
                S3Client client = client(store.address(), store.address().secretKey())) {
            store.ensureBucket(BUCKET);
            byte[] bytes = "relay".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> client.putObject(
                            r -> r.bucket(BUCKET)
                                    .key("k")
                                    .checksumSHA256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
                            RequestBody.fromInputStream(new ByteArrayInputStream(bytes), bytes.length)))
                    .isInstanceOf(S3Exception.class);
            assertThat(client.listObjectsV2(r -> r.bucket(BUCKET)).contents()).isEmpty();
        }
    }

    @Test
    void a_full_disk_is_answered_as_such_and_leaves_nothing_half_written() throws Exception {
        Path disk = Files.createDirectory(temporary.resolve("disk"));
        List<String> onSmallDisk = List.of(
                "unshare",
                "-Urm",
                "sh",
                "-c",
                "mount -t tmpfs -o size=80m,mode=700 none \"$0\" && exec \"$@\"",
                disk.toString());
        assumeTrue(canMount(disk), "needs user namespaces that may mount tmpfs");
        try (OtherProcess other = OtherProcess.holding(disk.resolve("home"), "store full", onSmallDisk)) {
            assertThat(other.untilReady()).containsExactly("507 InsufficientStorage", "only whole objects");
        }
    }

    @Test
    void any_other_client_can_look_in_as_told() throws Exception {
        assumeTrue(succeeds(List.of("aws", "--version")), "needs the aws command (Debian: awscli)");
        try (Home home = Home.open(temporary.resolve("a home"));
                EmbeddedObjectStore store = EmbeddedObjectStore.start(home)) {
            store.ensureBucket(BUCKET);
            byte[] bytes = new byte[20 << 20];
            new java.util.Random(7).nextBytes(bytes);
            Path up = Files.write(temporary.resolve("up.bin"), bytes);
            String script = store.howToLook().replace("BUCKET", BUCKET)
                    + "\naws s3 cp --no-progress up.bin s3://%s/x/up.bin >&2".formatted(BUCKET)
                    + "\naws s3 cp --no-progress s3://%s/x/up.bin down.bin >&2".formatted(BUCKET)
                    + "\naws s3 ls s3://%s --recursive".formatted(BUCKET);
            Process shell = new ProcessBuilder("sh", "-ec", script)
                    .directory(temporary.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertThat(new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .contains("x/up.bin");
            assertThat(shell.waitFor()).isZero();
            assertThat(temporary.resolve("down.bin")).hasSameBinaryContentAs(up);
        }
    }

    private static boolean canMount(Path folder) throws Exception {
        return succeeds(List.of("unshare", "-Urm", "mount", "-t", "tmpfs", "none", folder.toString()));
    }

    private static boolean succeeds(List<String> command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static S3Client client(ObjectStoreAddress address, String secretKey) {
        return S3Client.builder()
                .endpointOverride(address.endpoint())
                .region(Region.of(address.region()))
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(address.accessKey(), secretKey)))
                .build();
    }
}
