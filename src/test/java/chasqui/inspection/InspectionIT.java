package chasqui.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.command.StatusReport;
import chasqui.command.TraceReport;
import chasqui.deletion.DeletionEffects;
import chasqui.deletion.DeletionManager;
import chasqui.deletion.DeletionSettings;
import chasqui.deletion.DeletionWorker;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.ResultJournal;
import chasqui.staging.StagingEffects;
import chasqui.staging.StagingManager;
import chasqui.staging.StagingRequests;
import chasqui.staging.StagingSettings;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestPackages;
import chasqui.testing.TestPackages.Packed;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionIT {
    private static final DeletionSettings DELETION = new DeletionSettings(
            true, 1, Duration.ofDays(30), Duration.ZERO, Duration.ZERO, 500, Duration.ofSeconds(30), true);

    private final TestDatabase database = new TestDatabase();
    private final TestPackages packages = new TestPackages(database.jdbi());
    private final OperationStore operations =
            TestKernel.of(database.jdbi(), new DeletionEffects(DELETION), new StagingEffects());
    private final TraceReader traces = new TraceReader(database.jdbi());
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private Path folder;

    @BeforeEach
    void a_topology(@TempDir Path temporary) throws Exception {
        folder = temporary;
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Filed, packed, sent, archived, staged for somebody, and gone from its site's buffer. */
    private Packed lived(String name) throws Exception {
        Packed packed =
                packages.packed(name, Map.of(name + "/a.fits", text("first " + name), name + "/b", text("second")));
        packages.sent(packed, "cologne");
        packages.archived(packed, "cologne/lta");
        new DeletionManager(database.jdbi(), DELETION).findWork();
        new DeletionWorker(database.jdbi(), operations, new Locations(database.jdbi()), DELETION)
                .work(operations.claim("ccat_buffer_deletion").orElseThrow());
        new StagingRequests(database.jdbi()).request(List.of(packed.name()), "cologne/processing", "ada", "to look");
        return packed;
    }

    private JsonNode json(int expectedCode, int code) throws Exception {
        assertThat(code).isEqualTo(expectedCode);
        JsonNode document = new ObjectMapper().readTree(printed.toByteArray());
        printed.reset();
        return document;
    }

    private StatusReport status() {
        return new StatusReport(
                database.jdbi(),
                ResultJournal.look(folder.resolve("journal")),
                new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    private TraceReport trace() {
        return new TraceReport(
                database.jdbi(),
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    @Test
    void work_under_way_shows_its_bytes_its_rate_and_how_long_it_will_take() throws Exception {
        lived("night");
        new StagingManager(database.jdbi(), new StagingSettings(10, Duration.ofSeconds(9))).findWork();
        operations.claim("cologne_processing_staging").orElseThrow();
        database.execute("""
                UPDATE operation SET phase = 'sending', bytes_done = 30000000, bytes_total = 50000000,
                       claimed_at = heartbeat_at - interval '10 seconds'
                 WHERE status = 'IN_PROGRESS'
                """);
        assertThat(status().run(false)).isZero();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .containsPattern("cologne_processing_staging .* sending +30.0 MB +50.0 MB +3.0 MB +7 s");
        printed.reset();
        JsonNode running = json(0, status().run(true)).path("running").path(0);
        assertThat(running.path("bytes_per_second").asLong()).isEqualTo(3_000_000);
        assertThat(running.path("seconds_left").asLong()).isEqualTo(7);
    }

    @Test
    void an_empty_system_says_so() {
        assertThat(status().run(false)).isZero();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("nothing was filed yet")
                .contains("no work is waiting or under way")
                .contains("no process of this system has run yet");
    }

    @Test
    void the_status_counts_what_every_stage_has_and_names_what_fails_and_waits() throws Exception {
        lived("night");
        packages.packed("later", Map.of("later/x", new byte[1500]));
        database.execute(
                "UPDATE raw_data_file SET raw_data_package_id = NULL, problem = 'cannot be read' WHERE path = 'later/x'");
        new StagingManager(database.jdbi(), new StagingSettings(10, Duration.ofSeconds(9))).findWork();
        operations.fail(
                operations.claim("cologne_processing_staging").orElseThrow(),
                new Failure(FailureKind.ITEM, false, "no\u001b[31m way"));
        new StagingRequests(database.jdbi())
                .request(
                        List.of(database.value("SELECT name FROM raw_data_package WHERE name LIKE '%later%'")),
                        "cologne/processing",
                        "ada",
                        null);
        new StagingManager(database.jdbi(), new StagingSettings(10, Duration.ofSeconds(9))).findWork();
        database.execute("""
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations)
                VALUES ('here', gen_random_uuid(), '1', 'h', 1, '{manager,worker}', '{*/*}')
                """);

        Files.createDirectory(folder.resolve("journal"));
        Files.writeString(folder.resolve("journal/op-1-of-some-attempt.json"), "what it did");
        JsonNode status = json(0, status().run(true));
        assertThat(status.path("results").path("folder").asText())
                .isEqualTo(folder.resolve("journal").toString());
        assertThat(status.path("results").path("waiting").asInt()).isEqualTo(1);
        assertThat(status.path("results").path("oldest_at").asText()).startsWith("20");
        assertThat(status.path("results").path("refused").asInt()).isZero();
        assertThat(status.get("stages").findValuesAsText("name"))
                .contains("filing", "packaging", "assembly", "transfer", "staging", "deletion");
        assertThat(status.get("failed_count").asInt()).isEqualTo(1);
        assertThat(status.get("failed").get(0).get("message").asText()).contains("way");
        assertThat(status.get("failed").get(0).get("subject").asText()).startsWith("rdp-camera-night");
        assertThat(status.get("waiting").get(0).get("waits_for").asText()).contains("is not archived yet");
        assertThat(status.get("problems").get(0).get("problem").asText()).isEqualTo("cannot be read");
        assertThat(status.get("nodes").get(0).get("alive").asBoolean()).isTrue();
        assertThat(status.get("nodes").get(0).get("roles")).hasSize(2);
        assertThat(status.get("notifications").get(0).get("next_step").asText()).isNotBlank();
        assertThat(status.get("copies").findValuesAsText("location"))
                .contains("ccat/telescope_computer", "cologne/lta");
        assertThat(status.get("at").asText()).endsWith("Z");

        assertThat(status().run(false)).isZero();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("Failed for good: 1")
                .contains("no\\x1b[31m way")
                .doesNotContain("\u001b")
                .contains("Files that cannot be packaged: 1")
                .contains("1.5 kB");
    }

    @Test
    void a_file_is_found_by_path_end_of_path_absolute_path_and_uuid() throws Exception {
        Packed packed = lived("night");
        String uuid = database.value("SELECT uuid FROM raw_data_file WHERE path = 'night/a.fits'");
        for (String name :
                List.of("night/a.fits", "a.fits", packed.files().get(0).toString(), uuid, uuid.toUpperCase())) {
            assertThat(traces.find(name).trace()).as(name).isNotNull().satisfies(trace -> assertThat(
                            trace.subject().uuid())
                    .isEqualTo(uuid));
        }
        assertThat(traces.find("%.fits").isUnknown()).as("no pattern of SQL's").isTrue();
        assertThat(traces.find("_.fits").isUnknown()).isTrue();
        assertThat(traces.find("../night/a.fits").isUnknown()).isTrue();
        assertThat(traces.find("a\0b").isUnknown()).isTrue();
        assertThat(trace().run("nothing", false)).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("nothing was filed or packaged under \"nothing\"");
    }

    @Test
    void a_files_life_is_told_with_every_copy_checksum_operation_and_time() throws Exception {
        Packed packed = lived("night");
        Trace trace = traces.find("night/a.fits").trace();
        assertThat(trace.subject().sha256()).startsWith("sha256:");
        assertThat(trace.subject().facts())
                .containsEntry("observation", "night")
                .containsEntry("instrument", "camera");
        assertThat(trace.packages()).extracting(Trace.Packed::name).containsExactly(packed.name());
        assertThat(trace.copies())
                .extracting(copy -> copy.location() + " " + copy.of() + " " + copy.state())
                .containsExactlyInAnyOrder(
                        "ccat/telescope_computer raw data file DELETION_POSSIBLE",
                        "ccat/buffer raw data package DELETED",
                        "ccat/buffer data transfer package DELETED",
                        "cologne/lta raw data package PRESENT");
        assertThat(trace.verifications()).singleElement().satisfies(one -> assertThat(one.good())
                .isTrue());
        assertThat(trace.transfers()).extracting(Trace.Transfer::destination).containsExactly("cologne");
        assertThat(trace.stagingJobs())
                .extracting(Trace.StagingJob::requestedBy)
                .containsExactly("ada");
        assertThat(trace.deletions()).extracting(Trace.Deletion::outcome).containsExactly("DELETED", "DELETED");
        assertThat(trace.operations()).singleElement().satisfies(operation -> {
            assertThat(operation.type()).isEqualTo("deletion");
            assertThat(operation.status()).isEqualTo("COMPLETED");
            assertThat(operation.attempts()).extracting(Trace.Attempt::node).containsExactly("test-node");
        });
        assertThat(trace.events()).isSortedAccordingTo(java.util.Comparator.comparing(Trace.Event::at));
        assertThat(trace.events())
                .extracting(Trace.Event::what)
                .contains(
                        "filed",
                        "packed",
                        "transfer completed",
                        "archived",
                        "verified",
                        "copy registered",
                        "copy deleted",
                        "deletion proven",
                        "deletion DELETED",
                        "staging requested",
                        "operation recorded",
                        "attempt begun",
                        "attempt COMPLETED");

        JsonNode document = json(0, trace().run("night/a.fits", true));
        assertThat(document.get("subject").get("kind").asText()).isEqualTo("raw data file");
        assertThat(document.get("subject").get("size_bytes").asInt()).isEqualTo(11);
        assertThat(document.get("deletions")
                        .get(0)
                        .get("evidence")
                        .get("archived_in")
                        .asInt())
                .isEqualTo(1);
        assertThat(trace().run("night/a.fits", false)).isZero();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("travels in")
                .contains("deletion proven");
    }

    @Test
    void packages_are_found_by_name_and_uuid() throws Exception {
        Packed packed = lived("night");
        String transfer = database.value("SELECT name FROM data_transfer_package");
        assertThat(traces.find(packed.name()).trace().subject().kind()).isEqualTo("raw data package");
        assertThat(traces.find(packed.name() + ".tar").trace().subject().state())
                .isEqualTo("COMPLETED ARCHIVED");
        assertThat(traces.find(transfer).trace()).satisfies(trace -> {
            assertThat(trace.subject().kind()).isEqualTo("data transfer package");
            assertThat(trace.packages()).extracting(Trace.Packed::name).containsExactly(packed.name());
            assertThat(trace.copies()).extracting(Trace.Copy::of).containsOnly("data transfer package");
        });
        assertThat(traces.find(database.value("SELECT uuid FROM data_transfer_package"))
                        .trace()
                        .subject()
                        .name())
                .isEqualTo(transfer);
    }

    @Test
    void several_things_with_one_name_are_listed() throws Exception {
        packages.packed("one", Map.of("one/same", text("1")));
        packages.packed("two", Map.of("two/same", text("2")));
        assertThat(trace().run("same", false)).isEqualTo(2);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("one/same")
                .contains("two/same");
        printed.reset();
        JsonNode answer = json(2, trace().run("same", true));
        assertThat(answer.get("candidates")).hasSize(2);
        assertThat(answer.get("trace").isNull()).isTrue();
        assertThat(answer).hasSize(2);
    }

    @Test
    void hostile_names_are_found_and_shown_without_their_control_characters() throws Exception {
        packages.packed("odd", Map.of("new%0Aline/%FF", text("1"), "50%25", text("2")));
        assertThat(traces.find("new%0Aline/%FF").trace()).isNotNull();
        assertThat(traces.find("%FF").trace()).isNotNull();
        assertThat(traces.find("50%").trace()).isNotNull();
        assertThat(trace().run("new%0Aline/%FF", false)).isZero();
        assertThat(printed.toString(StandardCharsets.UTF_8).lines()).noneMatch(line -> line.startsWith("line/"));
    }

    @Test
    void both_answers_take_the_same_number_of_statements_for_few_and_for_many() throws Exception {
        lived("night");
        int status = TestKernel.statements(database.jdbi(), () -> new StatusReader(database.jdbi()).read());
        int trace = TestKernel.statements(database.jdbi(), () -> traces.find("night/a.fits"));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            names.add(lived("n" + i).name());
        }
        assertThat(TestKernel.statements(database.jdbi(), () -> new StatusReader(database.jdbi()).read()))
                .isEqualTo(status)
                .isLessThanOrEqualTo(20);
        assertThat(TestKernel.statements(database.jdbi(), () -> traces.find("n3/a.fits")))
                .isEqualTo(trace)
                .isLessThanOrEqualTo(25);
        assertThat(names).hasSize(10);
    }
}
