package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.storage.RelativePath;
import chasqui.testing.Program;
import chasqui.testing.S3Archive;
import chasqui.testing.Tools;
import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged demo on real files, and its archives taken apart with tools that are not ours. */
class DemoIT {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    @Test
    void a_made_up_night_passes_every_stage() throws Exception {
        Path home = folder.resolve("home");
        Path report = folder.resolve("report.json");
        Program.Ended demo =
                Program.run(folder, LIMIT, "demo", "--home", home.toString(), "--report", report.toString());
        assertThat(demo.exit()).as(demo.out() + demo.err()).isZero();
        JsonNode json = new ObjectMapper().readTree(report.toFile());
        int files = json.at("/totals/files").asInt();
        assertThat(files).isGreaterThan(200).isEqualTo(json.get("files").size());
        assertThat(json.at("/totals/source_deleted").asInt()).isEqualTo(files);
        assertThat(json.get("stages")).hasSize(8);
        for (JsonNode file : json.get("files")) {
            assertThat(file.get("source").asText()).isEqualTo("DELETED");
            assertThat(file.get("archive")).hasSize(2);
        }
    }

    @Test
    void real_files_with_hostile_names_are_in_every_archive_byte_for_byte() throws Exception {
        Path input = Files.createDirectory(folder.resolve("in put"));
        hostileTree(input);
        Map<String, String> before = digests(input);
        Path home = folder.resolve("home");
        Path report = folder.resolve("report.json");

        Program.Ended demo = Program.run(
                folder,
                LIMIT,
                "demo",
                "--home",
                home.toString(),
                "--input",
                input.toString(),
                "--report",
                report.toString());

        assertThat(demo.exit()).as(demo.out() + demo.err()).isZero();
        assertThat(demo.err()).contains("a-fifo").contains("FIFO");
        assertThat(demo.err()).contains("warning: ").contains("empty.dat");
        assertThat(digests(input)).as("the input is as it was").isEqualTo(before);

        JsonNode json = new ObjectMapper().readTree(report.toFile());
        Map<String, Path> trees = new HashMap<>();
        try (Archive s3 = new Archive(home)) {
            for (JsonNode archived : json.get("packages")) {
                String name = archived.get("name").asText();
                assertThat(archived.get("archive")).hasSize(2);
                for (JsonNode copy : archived.get("archive")) {
                    String key = copy.get("key").asText();
                    assertThat(key).endsWith(".tar");
                    Path tar = fetch(home, s3, copy.get("location").asText(), key, folder.resolve(name + ".tar"));
                    assertThat("sha256:" + sha256(tar))
                            .isEqualTo(archived.get("sha256").asText());
                    assertThat("xxh64:" + xxh64(tar))
                            .isEqualTo(archived.get("xxh64").asText());
                    Path tree = Files.createTempDirectory(folder, "tree");
                    Tools.run(tree, "tar", "xf", tar.toString());
                    trees.put(name + " " + copy.get("location").asText(), tree);
                    Files.delete(tar);
                }
            }
        }
        Path processing = home.resolve("sites/cologne/processing");
        assertThat(json.get("files")).hasSize(before.size());
        for (JsonNode file : json.get("files")) {
            String encoded = file.get("path_encoded").asText();
            assertThat(before).containsKey(encoded);
            assertThat(file.get("sha256").asText()).isEqualTo("sha256:" + before.get(encoded));
            RelativePath packed =
                    new RelativePath(file.get("path_in_package_encoded").asText());
            // A link out of its tree is kept in the archive and left out where the tree is unpacked.
            if (!encoded.equals("link-out")) {
                Path staged =
                        packed.under(processing.resolve(file.get("package").asText()));
                assertThat(digest(staged)).as("staged " + encoded).isEqualTo(before.get(encoded));
            }
            for (JsonNode copy : file.get("archive")) {
                Path tree = trees.get(file.get("package").asText() + " "
                        + copy.get("location").asText());
                Path there = packed.under(tree);
                assertThat(digest(there)).as(encoded).isEqualTo(before.get(encoded));
            }
        }
    }

    private static Path fetch(Path home, Archive archive, String location, String key, Path target) throws Exception {
        if (location.equals("us/lta")) {
            return Files.copy(home.resolve("sites/us/lta").resolve(key), target);
        }
        archive.s3().fetch("chasqui-archive", key, target);
        return target;
    }

    /** The archive's server ends with the demo: whoever looks later starts the service on the same home. */
    private record Archive(Program service, S3Archive s3) implements AutoCloseable {
        Archive(Path home) throws Exception {
            this(start(home), new S3Archive(home));
        }

        private static Program start(Path home) throws Exception {
            Program service = Program.start(
                    home.getParent(),
                    Map.of("CHASQUI_MANAGEMENT_PORT", "0", "CHASQUI_API_PORT", "0"),
                    "run",
                    "--home",
                    home.toString(),
                    "--role",
                    "api");
            org.awaitility.Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> service.err().contains("ready in ") || !service.alive());
            assertThat(service.alive()).as(service.err()).isTrue();
            return service;
        }

        @Override
        public void close() throws Exception {
            s3.close();
            service.close();
        }
    }

    private static void hostileTree(Path root) throws Exception {
        write(root.resolve("plain.fits"), 3_000_000);
        write(root.resolve("with space.dat"), 10);
        write(root.resolve("-leading-dash"), 11);
        write(root.resolve("new\nline"), 12);
        write(root.resolve("tab\tand\"quote'$(touch pwned)"), 13);
        write(root.resolve("ünïcödé – ☃"), 14);
        write(bytesName(root, "not-utf8-%FF%FE"), 15);
        write(root.resolve("x".repeat(255)), 16);
        write(root.resolve("empty.dat"), 0);
        write(root.resolve("same-1"), 4096);
        Files.copy(root.resolve("same-1"), root.resolve("same-2"));
        Path deep = root;
        for (int depth = 0; depth < 100; depth++) {
            deep = deep.resolve("d" + depth);
        }
        Files.createDirectories(deep);
        write(deep.resolve("deep.dat"), 17);
        Files.createSymbolicLink(root.resolve("link"), Path.of("plain.fits"));
        Files.createSymbolicLink(root.resolve("link-out"), Path.of("/etc/hostname"));
        Files.createSymbolicLink(root.resolve("link-dangling"), Path.of("nowhere"));
        Tools.run(root, "mkfifo", "a-fifo");
        for (int i = 0; i < 300; i++) {
            write(root.resolve("many").resolve("file-" + i + ".dat"), 1000 + i);
        }
    }

    private static Path bytesName(Path root, String encoded) {
        return Path.of(URI.create(root.toUri() + encoded));
    }

    private static void write(Path file, int bytes) throws Exception {
        Files.createDirectories(file.getParent());
        byte[] content = new byte[bytes];
        new java.util.Random(bytes).nextBytes(content);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(content);
        }
    }

    /** SHA-256 of every file and link target, by percent-encoded path. */
    private static Map<String, String> digests(Path root) throws Exception {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.isSymbolicLink(file) || Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    digests.put(RelativePath.of(root, file).encoded(), digest(file));
                }
            }
        }
        return digests;
    }

    private static String digest(Path file) throws Exception {
        if (Files.isSymbolicLink(file)) {
            byte[] target = Files.readSymbolicLink(file).toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(target));
        }
        return sha256(file);
    }

    private static String sha256(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String xxh64(Path file) throws Exception {
        HashStream64 stream = Hashing.xxh64().hashStream();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                stream.putBytes(buffer, 0, n);
            }
        }
        return String.format("%016x", stream.getAsLong());
    }
}
