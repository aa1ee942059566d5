package chasqui.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.Locations;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sidecar, looked at with tools that are not ours. */
class SidecarIT {
    /** Opens the package that a sidecar names and recomputes every checksum in the document. */
    private static final String RECOMPUTE = """
            import hashlib, json, os, sys, tarfile, urllib.parse
            sidecar = sys.argv[1]
            text = open(sidecar, 'rb').read()
            last = text[:-1].rindex(b'\\n') + 1
            document = json.loads(text)
            assert document['checksum'] == 'sha256:' + hashlib.sha256(text[:last]).hexdigest(), 'checksum of the document'
            package = document['package']
            archive = os.path.join(os.path.dirname(sidecar), package['file'])
            bytes = open(archive, 'rb').read()
            assert len(bytes) == package['size_bytes'], 'size of the package'
            assert 'sha256:' + hashlib.sha256(bytes).hexdigest() == package['sha256'], 'sha256 of the package'
            tar = tarfile.open(archive, errors='surrogateescape')
            inside = {os.fsencode(m.name): m for m in tar.getmembers()}
            for file in document['files']:
                member = inside[urllib.parse.unquote_to_bytes(file['path'])]
                content = tar.extractfile(member).read()
                assert len(content) == file['size_bytes'], file['path']
                assert 'sha256:' + hashlib.sha256(content).hexdigest() == file['sha256'], file['path']
            assert len(document['files']) == package['file_count'] == len(inside) - 1
            print('all good')
            """;

    @TempDir
    Path folder;

    private final TestDatabase database = new TestDatabase();
    private final TestTransfers packages = new TestTransfers(database.jdbi());
    private final OperationStore operations = TestKernel.of(database.jdbi(), new ArchiveEffects());
    private Path archive;

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        archive = packages.root("cologne", "lta");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Path archived(TestTransfers.Buffered one) throws Exception {
        ArchiveSettings settings = new ArchiveSettings("0.1.0-test", new StallLimit(Duration.ofMinutes(1)));
        NodeIdentity node = NodeIdentity.starting("here");
        ArchiveWorker worker = new ArchiveWorker(
                database.jdbi(),
                operations,
                new Archives(new Locations(database.jdbi()), null, null, settings),
                new Sidecars(database.jdbi(), settings, node),
                node);
        new ArchiveManager(database.jdbi()).findWork();
        worker.work(operations.claim("cologne_lta_long_term_archive_transfer").orElseThrow());
        return archive.resolve(ArchiveContract.path(one) + ".json");
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.trim();
    }

    private static boolean isThere(String tool) {
        try {
            return new ProcessBuilder(tool, "--version").start().waitFor() == 0;
        } catch (IOException | InterruptedException absent) {
            return false;
        }
    }

    @Test
    void its_last_line_is_the_checksum_of_the_lines_before_as_a_shell_computes_it() throws Exception {
        Path sidecar = archived(packages.buffered("cologne", 10));
        String sum = run("sh", "-c", "head -n -1 \"$0\" | sha256sum | cut -d' ' -f1", sidecar.toString());
        assertThat(run("tail", "-n", "1", sidecar.toString())).isEqualTo("\"checksum\":\"sha256:" + sum + "\"}");
    }

    @Test
    void every_checksum_in_it_is_right_when_recomputed_from_the_package_beside_it() throws Exception {
        assumeThat(isThere("python3")).as("python3 recomputes the checksums").isTrue();
        Path sidecar = archived(packages.buffered("cologne", 5000, 0, 1, 300_000));
        assertThat(run("python3", "-c", RECOMPUTE, sidecar.toString())).isEqualTo("all good");
    }

    @Test
    void it_says_where_the_data_comes_from_also_in_terms_of_obscore() throws Exception {
        JsonNode json = new ObjectMapper()
                .readTree(archived(packages.buffered("cologne", 10)).toFile());
        assertThat(json.get("format").asText()).isEqualTo("chasqui-archive/1");
        JsonNode obscore = json.get("obscore");
        assertThat(obscore.get("t_min").asDouble()).isEqualTo(61041.0);
        assertThat(obscore.get("t_max").asDouble()).isEqualTo(61041.5);
        assertThat(obscore.get("s_ra").asDouble()).isEqualTo(83.809);
        assertThat(obscore.get("target_name").asText()).isEqualTo("Orion KL");
        assertThat(obscore.get("obs_id").asText()).isEqualTo("unit 1");
        assertThat(obscore.get("instrument_name").asText()).isEqualTo("camera");
        assertThat(obscore.get("access_estsize").asLong()).isEqualTo(11);
        assertThat(json.at("/observation/module").asText()).isEqualTo("m1");
        assertThat(json.at("/provenance/version").asText()).isEqualTo("0.1.0-test");
        assertThat(json.at("/provenance/verifications/0/checksum").asText())
                .isEqualTo(json.at("/package/sha256").asText());
    }

    @Test
    void it_tells_which_way_the_package_came() throws Exception {
        TestTransfers.Buffered one = packages.buffered("ccat", 10);
        TestTransfers.Assembled assembled = packages.assembled(List.of(one), "cologne");
        Path there = packages.root("cologne", "buffer").resolve("rdp/" + one.name() + ".tar");
        Files.createDirectories(there.getParent());
        Files.copy(one.file(), there);
        Files.createDirectories(packages.root("cologne", "buffer").resolve(".chasqui"));
        database.execute("""
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, size_bytes, checksum)
                SELECT %d, l.id, 'rdp/%s.tar', 1, '%s' FROM data_location l JOIN site s ON s.id = l.site_id
                 WHERE s.short_name = 'cologne' AND l.name = 'buffer'
                """.formatted(one.id(), one.name(), one.digest().xxHash64()));
        database.execute("""
                UPDATE data_transfer SET status = 'COMPLETED', method = 'cp', send_count = 2, sent_at = '2026-01-02 00:00:00+00',
                       incoming_name = 'x', completed_at = '2026-01-02 01:00:00+00',
                       destination_location_id = (SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                                                   WHERE s.short_name = 'cologne' AND l.name = 'buffer')
                """);
        database.execute("""
                INSERT INTO operation_history (id, type, data_location_id, queue, subject_id, priority, status, attempt, stalls,
                                               created_at, claimed_at, finished_at, node, bytes_done)
                SELECT 1000, 'data_transfer', origin_location_id, 'q', id, 1, 'COMPLETED', 0, 0, now(), now(), now(), 'mule', 0
                  FROM data_transfer
                """);
        JsonNode provenance =
                new ObjectMapper().readTree(archived(one).toFile()).get("provenance");
        assertThat(provenance.get("transfer_package").asText()).isEqualTo(assembled.name());
        assertThat(provenance.at("/transfers/0").toString())
                .isEqualTo(
                        "{\"origin\":\"ccat/buffer\",\"destination\":\"cologne/buffer\",\"primary\":true,\"method\":\"cp\","
                                + "\"sends\":2,\"sent_at\":\"2026-01-02T00:00:00Z\",\"completed_at\":\"2026-01-02T01:00:00Z\"}");
        assertThat(provenance.at("/operations/0/node").asText()).isEqualTo("mule");
    }

    @Test
    void files_keep_their_bytes_for_a_name_and_their_nanoseconds() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 10, 10);
        // The database rounds up into the next second; the nanoseconds beside it say so.
        database.execute("UPDATE raw_data_file SET modified_at = '2026-01-01 00:00:01+00', modified_nanos = 999999999"
                + " WHERE readable_path LIKE '%file-1%'");
        JsonNode files = new ObjectMapper().readTree(archived(one).toFile()).get("files");
        assertThat(files.get(1).get("path").asText()).isEqualTo("night1/file-1.fits");
        assertThat(Instant.parse(files.get(1).get("modified").asText()))
                .isEqualTo(Instant.parse("2026-01-01T00:00:00.999999999Z"));
        assertThat(files.get(0).get("path").asText()).isEqualTo("night1/with%20space%FF-1");
        assertThat(files.get(0).get("readable").asText()).isEqualTo("night1/with space\\xff-1");
    }

    @Test
    void a_package_of_many_files_is_described_completely_a_page_at_a_time() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 10);
        database.execute("""
                INSERT INTO raw_data_file (uuid, executed_observation_unit_id, instrument_module_id, source_location_id, path,
                            readable_path, size_bytes, modified_at, modified_nanos, file_key, xxh64, sha256, raw_data_package_id)
                SELECT gen_random_uuid(), executed_observation_unit_id, instrument_module_id, source_location_id,
                       'many/' || n, 'many/' || n, n, now(), 0, '0:0', xxh64, sha256, raw_data_package_id
                  FROM raw_data_file, generate_series(1, 6000) n
                """);
        Path sidecar = archived(one);
        JsonNode files = new ObjectMapper().readTree(sidecar.toFile()).get("files");
        assertThat(files).hasSize(6001);
        assertThat(files.findValuesAsText("path")).doesNotHaveDuplicates();
        assertThat(files.get(0).has("id")).isFalse();
        try (var lines = Files.lines(sidecar)) {
            assertThat(lines.filter(line -> line.contains("\"path\":\"many/"))).hasSize(6000);
        }
    }

    @Test
    void a_document_is_taken_for_the_sidecar_only_if_it_is_whole_and_about_this_package() throws Exception {
        TestTransfers.Buffered one = packages.buffered("cologne", 10);
        byte[] good = Files.readAllBytes(archived(one));
        assertThat(describes(good, one.name(), one)).isTrue();
        assertThat(describes(good, "another", one)).isFalse();
        assertThat(describes(java.util.Arrays.copyOf(good, good.length - 1), one.name(), one))
                .isFalse();
        assertThat(describes(java.util.Arrays.copyOf(good, good.length / 2), one.name(), one))
                .isFalse();
        for (int at = 0; at < good.length; at += 7) {
            byte[] spoilt = good.clone();
            spoilt[at] ^= 1;
            assertThat(describes(spoilt, one.name(), one)).as("byte " + at).isFalse();
        }
        assertThat(describes(new byte[0], one.name(), one)).isFalse();
        assertThat(describes(new byte[100_000], one.name(), one)).isFalse();
    }

    private static boolean describes(byte[] document, String name, TestTransfers.Buffered one) throws Exception {
        return SidecarCheck.describes(
                new ByteArrayInputStream(document), name, one.digest().sha256());
    }
}
