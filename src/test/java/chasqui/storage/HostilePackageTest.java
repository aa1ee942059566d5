package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostilePackageTest {
    private static final String TIME = "2026-01-01T00:00:00Z";
    private static final String EMPTY = "\"xxh64\":\"ef46db3751d8e999\"";

    @TempDir
    Path folder;

    @Test
    void any_flipped_byte_is_noticed_and_leaves_nothing() throws Exception {
        byte[] good = goodPackage();
        PackageDigest digest = digest(good);
        Random random = new Random(3);
        for (int i = 0; i < 150; i++) {
            byte[] bad = good.clone();
            // Many in headers and manifest, where an interpreter could be misled, and some anywhere.
            int at = random.nextInt(i % 3 == 0 ? good.length : Math.min(good.length, 3000));
            bad[at] ^= (byte) (1 << random.nextInt(8));
            Path into = folder.resolve("into" + i);
            assertThatThrownBy(() -> PackageReader.unpack(source(bad), digest, into, Progress.NONE))
                    .as("byte " + at)
                    .isInstanceOf(IntegrityViolation.class);
            assertThat(into).isEmptyDirectory();
        }
    }

    @Test
    void a_flipped_byte_is_noticed_even_when_the_digest_of_the_whole_was_made_to_fit() throws Exception {
        byte[] good = goodPackage();
        Random random = new Random(4);
        for (int i = 0; i < 300; i++) {
            byte[] bad = good.clone();
            int at = random.nextInt(good.length);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            PackageDigest fits = digest(bad);
            if (insideManifest(good, at)) {
                continue;
            }
            assertThatThrownBy(() -> PackageReader.verify(source(bad), fits, Progress.NONE))
                    .as("byte " + at)
                    .isInstanceOf(IntegrityViolation.class);
        }
    }

    /** The manifest is what everything else is compared with; only the digest of the whole guards it. */
    private static boolean insideManifest(byte[] tar, int at) {
        int size = Integer.parseInt(new String(tar, 124, 11, StandardCharsets.US_ASCII), 8);
        return at >= TarFormat.BLOCK && at < TarFormat.BLOCK + size;
    }

    @Test
    void a_truncated_package_is_noticed_wherever_it_breaks_off() throws Exception {
        byte[] good = goodPackage();
        for (int length = 0; length < good.length; length += length < 4096 ? 97 : 10_007) {
            byte[] bad = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> PackageReader.verify(source(bad), digest(bad), Progress.NONE))
                    .as(length + " bytes")
                    .isInstanceOf(IntegrityViolation.class);
        }
    }

    @Test
    void bytes_behind_the_end_are_noticed() throws Exception {
        byte[] good = goodPackage();
        for (int more : new int[] {1, 512, 10_240}) {
            byte[] bad = Arrays.copyOf(good, good.length + more);
            assertThatThrownBy(() -> PackageReader.verify(source(bad), digest(bad), Progress.NONE))
                    .isInstanceOf(IntegrityViolation.class)
                    .hasMessageContaining("more bytes behind it");
        }
    }

    @Test
    void a_tar_of_another_making_is_no_package() throws Exception {
        Files.writeString(folder.resolve("a"), "a");
        Path tar = folder.resolve("other.tar");
        Process process = new ProcessBuilder("tar", "cf", tar.toString(), "-C", folder.toString(), "a").start();
        assertThat(process.waitFor()).isZero();
        assertThatThrownBy(() -> PackageReader.readManifest(ReadableSource.of(tar)))
                .isInstanceOf(IntegrityViolation.class)
                .hasMessageContaining("not a Chasqui package");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../out",
                "/etc/cron.d/x",
                "a/../../out",
                "a//b",
                "%2E%2E/out",
                "a%00b",
                "",
                ".chasqui-manifest.json",
                "dir/"
            })
    void a_name_that_is_not_below_the_package_is_refused(String path) throws Exception {
        refuses("[{\"path\":\"" + path + "\",\"kind\":\"FILE\",\"size\":0," + EMPTY + ",\"modified\":\"" + TIME
                + "\"}]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "[1]",
                "[[[[[[[[[[[]]]]]]]]]]]",
                "[{\"path\":\"a\"}]",
                "[{\"path\":\"a\",\"path\":\"b\"}]",
                "[{\"path\":{\"a\":\"b\"}}]",
                "[",
                "null"
            })
    void a_manifest_of_another_shape_is_refused(String files) throws Exception {
        refuses(files);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "9223372036854775807", "9223372036854775808", "1e3", "99999999999999999999999"})
    void a_size_that_cannot_be_is_refused(String size) throws Exception {
        refuses("[{\"path\":\"a\",\"kind\":\"FILE\",\"size\":" + size + "," + EMPTY + ",\"modified\":\"" + TIME
                + "\"}]");
    }

    @Test
    void names_twice_or_out_of_order_are_refused() throws Exception {
        refuses("[" + file("a") + "," + file("a") + "]");
        refuses("[" + file("b") + "," + file("a") + "]");
    }

    @Test
    void a_name_that_is_a_file_and_a_folder_leaves_nothing() throws Exception {
        byte[] tar =
                tar("[" + file("a") + "," + file("a/b") + "]", RelativePath.ofText("a"), RelativePath.ofText("a/b"));
        Path into = folder.resolve("into");
        assertThatThrownBy(() -> PackageReader.unpack(source(tar), digest(tar), into, Progress.NONE))
                .isInstanceOf(StorageException.class);
        assertThat(into).isEmptyDirectory();
    }

    @Test
    void a_manifest_that_claims_to_be_huge_is_refused_before_it_is_read() {
        byte[] header = TarFormat.manifestHeader(7L << 30, Instant.parse(TIME));
        assertThatThrownBy(() -> PackageReader.readManifest(source(header)))
                .isInstanceOf(IntegrityViolation.class)
                .hasMessageContaining("at most");
    }

    @Test
    void links_that_lead_out_are_reported_and_not_made() throws Exception {
        Path tree = Files.createDirectory(folder.resolve("tree"));
        Samples.write(tree, "d/e/file", new byte[5]);
        Files.createSymbolicLink(tree.resolve("absolute"), Path.of("/etc"));
        Files.createSymbolicLink(tree.resolve("up"), Path.of("../outside"));
        Files.createSymbolicLink(tree.resolve("d").resolve("chain"), Path.of("e/../../.."));
        Files.createSymbolicLink(tree.resolve("d").resolve("top"), Path.of(".."));
        Files.createSymbolicLink(tree.resolve("good"), Path.of("d/e/file"));
        Path package1 = folder.resolve("links.tar");
        PackageDigest digest = PackageWriter.write(Samples.entries(tree), Samples.FACTS, package1, Progress.NONE);
        Path into = folder.resolve("into");
        PackageReader.Unpacked unpacked =
                PackageReader.unpack(ReadableSource.of(package1), digest, into, Progress.NONE);
        assertThat(unpacked.skippedLinks())
                .extracting(link -> link.path().readable())
                .containsExactly("absolute", "d/chain", "up");
        assertThat(Files.readSymbolicLink(into.resolve("good"))).hasToString("d/e/file");
        assertThat(into.resolve("d/top").toRealPath()).isEqualTo(into.toRealPath());
        assertThat(into.resolve("absolute")).doesNotExist();
    }

    @Test
    void stopping_it_at_any_byte_is_not_taken_for_a_broken_package() throws Exception {
        byte[] good = goodPackage();
        Path into = folder.resolve("into");
        assertThatThrownBy(() -> PackageReader.unpack(source(good), digest(good), into, bytes -> {
                    throw new IllegalArgumentException("lease lost");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lease lost");
        assertThat(into).isEmptyDirectory();
    }

    @Test
    void a_folder_with_something_in_it_is_not_unpacked_into() throws Exception {
        byte[] good = goodPackage();
        Path into = Files.createDirectory(folder.resolve("into"));
        Files.writeString(into.resolve("mine"), "mine");
        assertThatThrownBy(() -> PackageReader.unpack(source(good), digest(good), into, Progress.NONE))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("not empty");
        assertThat(into.resolve("mine")).hasContent("mine");
    }

    private void refuses(String files) throws Exception {
        byte[] tar = tar(files);
        assertThatThrownBy(() -> PackageReader.unpack(source(tar), digest(tar), folder.resolve("into"), Progress.NONE))
                .isInstanceOf(IntegrityViolation.class);
        assertThat(folder.resolve("into")).isEmptyDirectory();
        assertThat(folder).isDirectoryContaining(found -> found.endsWith("into"));
        try (var inside = Files.list(folder)) {
            assertThat(inside.toList()).hasSize(1);
        }
    }

    private static String file(String path) {
        return "{\"path\":\"" + path + "\",\"kind\":\"FILE\",\"size\":0," + EMPTY + ",\"modified\":\"" + TIME + "\"}";
    }

    private static byte[] tar(String files, RelativePath... empty) {
        byte[] manifest = ("{\"format\":\"chasqui-package/1\",\"facts\":{},\"files\":" + files + "}")
                .getBytes(StandardCharsets.UTF_8);
        Instant time = Instant.parse(TIME);
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        tar.writeBytes(TarFormat.manifestHeader(manifest.length, time));
        tar.writeBytes(manifest);
        tar.writeBytes(new byte[TarFormat.padding(manifest.length)]);
        for (RelativePath path : empty) {
            tar.writeBytes(TarFormat.header(new PackageEntry(
                    path, FileFacts.Kind.FILE, 0, time, Digests.xxHash64Of(new byte[0]), null, null, null)));
        }
        tar.writeBytes(new byte[TarFormat.trailer(tar.size())]);
        return tar.toByteArray();
    }

    private byte[] goodPackage() throws Exception {
        Path tree = Files.createDirectory(folder.resolve("good-tree"));
        Samples.write(tree, "a/b", Samples.bytes(1000, 1));
        Samples.write(tree, "c" + "%FE".repeat(140), Samples.bytes(70_000, 2));
        Samples.write(tree, "d", new byte[0]);
        Path tar = folder.resolve("good.tar");
        PackageWriter.write(Samples.entries(tree), Samples.FACTS, tar, Progress.NONE);
        return Files.readAllBytes(tar);
    }

    private static ReadableSource source(byte[] bytes) {
        return ReadableSource.of("bytes", () -> new ByteArrayInputStream(bytes));
    }

    private static PackageDigest digest(byte[] bytes) {
        return new PackageDigest(
                bytes.length,
                Digests.xxHash64Of(bytes),
                Checksum.sha256(Digests.newSha256().digest(bytes)));
    }
}
