package chasqui.filing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.api.Caller;
import chasqui.api.Reply;
import chasqui.inspection.Status;
import chasqui.inspection.StatusReader;
import chasqui.inspection.TraceReader;
import chasqui.pipeline.ChasquiException;
import chasqui.testing.DatabaseLink;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.topology.LocationPatterns;
import chasqui.topology.Locations;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests from the spool to the catalogue, on a real database. */
class FilingDeskIT {
    private static final Caller CALLER = new Caller("acquisition", null);

    private final TestDatabase database = new TestDatabase();
    private Path root;
    private FilingDesk desk;

    @TempDir
    private Path folder;

    @BeforeEach
    void open() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        root = folder.resolve("ccat/telescope_computer").toRealPath();
        desk = desk();
    }

    private FilingDesk desk() throws IOException {
        Locations locations = new Locations(database.jdbi());
        locations.refresh();
        return open(locations, "home");
    }

    private FilingDesk open(Locations locations, String name) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        return FilingDesk.open(
                home,
                new FilingSettings(
                        home.resolve("filing/spool"),
                        true,
                        Duration.ofDays(1),
                        1 << 20,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60)),
                database.jdbi(),
                locations,
                new LocationPatterns(List.of("*/*")),
                "telescope-node");
    }

    @AfterEach
    void close() {
        desk.close();
        database.close();
    }

    private Path write(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    /** A request as it lies in the spool, written some time ago. */
    private Path request(String name, String json) throws IOException {
        Path request = Files.writeString(desk.spool().resolve(name), json);
        Files.setLastModifiedTime(request, FileTime.from(Instant.now().minusSeconds(60)));
        return request;
    }

    private JsonNode take(String name, String json) throws IOException {
        String to = desk.take(request(name, json).toFile());
        return new ObjectMapper()
                .readTree(desk.spool()
                        .resolve(to)
                        .resolve(name.replace(".json", ".answer.json"))
                        .toFile());
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private JsonNode file(String... names) throws IOException {
        return take("r.json", """
                {"instrument": "camera", "observation": "obs", "files": ["%s"]}
                """.formatted(String.join("\", \"", names)));
    }

    private List<String> refusals(JsonNode answer) {
        return answer.get("refused").findValuesAsText("reason");
    }

    @Test
    void a_file_has_its_uuid_before_the_database_has_heard_of_it_and_keeps_it() throws Exception {
        write("night/a.fits", "one");
        JsonNode answer = file("night/a.fits");
        String uuid = answer.get("filed").get(0).get("uuid").asText();
        assertThat(database.value("SELECT count(*) FROM raw_data_file")).isEqualTo("0");
        desk.forward();
        assertThat(database.values("SELECT uuid FROM raw_data_file")).containsExactly(uuid);
        assertThat(database.value("SELECT c.state || ' ' || c.checksum FROM physical_copy c"))
                .isEqualTo("PRESENT " + answer.get("filed").get(0).get("xxh64").asText());
        assertThat(file("night/a.fits").get("filed").get(0).get("uuid").asText())
                .as("asked again")
                .isEqualTo(uuid);
        desk.forward();
        assertThat(database.value("SELECT count(*) FROM raw_data_file")).isEqualTo("1");
    }

    @Test
    void filing_by_command_and_by_request_is_the_same_file() throws Exception {
        write("a", "one");
        Locations locations = new Locations(database.jdbi());
        new Filing(database.jdbi(), locations).file(new FilingRequest(root, "camera", "m1", "obs", false), bytes -> {});
        JsonNode answer = file("a");
        assertThat(database.value("SELECT uuid FROM raw_data_file"))
                .isEqualTo(answer.get("filed").get(0).get("uuid").asText());
    }

    @Test
    void what_was_answered_is_registered_by_the_next_process_when_this_one_dies() throws Exception {
        write("a", "one");
        write("b", "two");
        file("a", "b");
        desk = desk();
        desk.forward();
        assertThat(database.values("SELECT path FROM raw_data_file ORDER BY id"))
                .containsExactly("a", "b");
        desk = desk();
        desk.forward();
        assertThat(database.value("SELECT count(*) FROM raw_data_file")).isEqualTo("2");
    }

    @Test
    void files_are_registered_in_the_order_of_their_filing_within_each_observation() throws Exception {
        for (int i : IntStream.range(0, 30).map(i -> 29 - i).toArray()) {
            write("f%02d".formatted(i), "content " + i);
            take("r" + i + ".json", """
                    {"instrument": "camera", "observation": "obs%d", "files": ["f%02d"], "finish": %s}
                    """.formatted(i % 3, i, i < 3));
        }
        desk.forward();
        for (int observation = 0; observation < 3; observation++) {
            assertThat(database.values("""
                            SELECT path FROM raw_data_file f JOIN executed_observation_unit u
                                ON u.id = f.executed_observation_unit_id
                             WHERE u.name = 'obs%d' ORDER BY f.id DESC""".formatted(observation))).hasSize(10).isSorted();
        }
        assertThat(database.value("SELECT count(*) FROM executed_observation_unit WHERE finished_at IS NOT NULL"))
                .isEqualTo("3");
    }

    @Test
    void who_filed_a_file_and_finished_its_observation_is_kept_with_them() throws Exception {
        for (String name : List.of("posted", "dropped", "by hand", "gone")) {
            write(name, name);
        }
        desk.post(bytes("""
                {"instrument": "camera", "observation": "obs", "files": ["posted", "gone"], "finish": true}"""), CALLER);
        desk.post(bytes("""
                {"instrument": "camera", "observation": "other", "finish": true}"""), CALLER);
        Files.delete(root.resolve("gone"));
        file("dropped");
        desk.forward();
        new Filing(database.jdbi(), new Locations(database.jdbi()), "me (command line)")
                .file(new FilingRequest(root, "camera", null, "obs", true), bytes -> {});
        String user = System.getProperty("user.name");
        assertThat(database.values("SELECT path || ' by ' || filed_by FROM raw_data_file ORDER BY id"))
                .containsExactly(
                        "posted by acquisition (token)",
                        "dropped by " + user + " (spool)",
                        "by%20hand by me (command line)");
        assertThat(database.values("SELECT name || ' by ' || finished_by FROM executed_observation_unit ORDER BY id"))
                .containsExactly("obs by me (command line)", "other by acquisition (token)");
        assertThat(new Rejections(database.jdbi()).latest(10))
                .extracting(Rejection::filedBy)
                .containsOnly("acquisition (token)");
        assertThat(new TraceReader(database.jdbi())
                        .find("posted")
                        .trace()
                        .subject()
                        .facts())
                .containsEntry("filed_by", "acquisition (token)");
    }

    @Test
    void a_token_for_one_instrument_files_and_finishes_for_no_other() throws Exception {
        write("a", "one");
        Caller bound = new Caller("acquisition", "camera");
        Reply other = desk.post(bytes("""
                {"instrument": "spectrometer", "observation": "obs", "files": ["a"], "finish": true}"""), bound);
        assertThat(other.status()).isEqualTo(403);
        assertThat(other.json()).contains("for instrument camera only", "chasqui token create");
        Reply own = desk.post(bytes("""
                {"instrument": "camera", "observation": "obs", "files": ["a"]}"""), bound);
        assertThat(own.status()).isEqualTo(200);
        desk.forward();
        assertThat(database.values("SELECT path FROM raw_data_file")).containsExactly("a");
        assertThat(new Rejections(database.jdbi()).latest(10)).isEmpty();
    }

    @Test
    void folders_and_wildcards_mean_what_is_in_them_each_file_once() throws Exception {
        write("night/a.fits", "1");
        write("night/b.fits", "2");
        write("night/c.log", "3");
        write("night/deep/d.fits", "4");
        assertThat(file("night/*.fits").get("filed").findValuesAsText("path"))
                .containsExactly("night/a.fits", "night/b.fits");
        assertThat(file("night/*.fits", "night", root.resolve("night/a.fits").toString())
                        .get("filed")
                        .findValuesAsText("path"))
                .containsExactly("night/a.fits", "night/b.fits", "night/c.log", "night/deep/d.fits");
    }

    @Test
    void nothing_outside_of_the_location_can_be_named() throws Exception {
        Files.writeString(folder.resolve("secret"), "not for you");
        Files.createSymbolicLink(root.resolve("out"), folder);
        write(".chasqui/tmp/ours", "ours");
        write("fine", "fine");
        for (String name : List.of(
                "../secret",
                "night/../../secret",
                "/etc/passwd",
                folder.resolve("secret").toString(),
                "out/secret",
                "out/*",
                ".",
                "",
                ".chasqui/tmp/ours",
                ".chasqui/*",
                "a\\u0000b",
                "x".repeat(300),
                "gone",
                "*.gone")) {
            JsonNode answer = file("fine", name);
            assertThat(answer.get("filed").findValuesAsText("path")).as(name).isSubsetOf("fine");
            assertThat(answer.has("error") || answer.get("refused").size() == 1)
                    .as(name + " " + answer)
                    .isTrue();
        }
    }

    @Test
    void a_request_that_is_none_says_where_and_why() throws Exception {
        write("a", "one");
        String[][] wrong = {
            {"", "not of the right kind"},
            {"{", "no JSON (line"},
            {"[]", "not of the right kind"},
            {"null", "empty"},
            {"{} {}", "not of the right kind"},
            {"{\"instrument\": \"camera\"}", "observation missing"},
            {"{\"observation\": \"o\"}", "instrument missing"},
            {"{\"instrument\": \"camera\", \"observation\": \"o\"}", "files missing"},
            {"{\"instrument\": \"camera\", \"observation\": \"\\u0000\", \"files\": [\"a\"]}", "observation"},
            {
                "{\"instrument\": \"camera\", \"observation\": \"a\\ud800b\", \"files\": [\"a\"]}",
                "observation: its name holds half a character"
            },
            {"{\"instrument\": \"camera; rm\", \"observation\": \"o\", \"files\": [\"a\"]}", "instrument"},
            {"{\"instrument\": \"camera\", \"observation\": \"o\", \"file\": [\"a\"]}", "\"file\" is no member"},
            {"{\"instrument\": \"camera\", \"observation\": \"o\", \"files\": \"a\"}", "\"files\" is not of the right"},
            {"{\"instrument\": \"camera\", \"observation\": \"o\", \"files\": [\"a\"], \"priority\": 1.5}", "priority"},
            {"{\"instrument\": \"camera\", \"observation\": \"o\", \"files\": [\"a\"], \"priority\": -1}", "priority"},
            {"{\"instrument\": \"camera\", \"instrument\": \"x\"}", "no JSON"},
            {"[".repeat(100_000), "not of the right kind"},
            {"{\"instrument\": \"camera\", \"observation\": \"o\", \"files\": [null]}", "not of the right kind"},
            {
                "{\"instrument\": \"camera\", \"observation\": \"o\", \"files\": [\"a\"], \"location\": \"us/lta\"}",
                "reaches ccat"
            },
            {"{\"instrument\": \"camera\", \"observation\": \"" + "x".repeat(2 << 20) + "\"}", "longer than"},
        };
        SoftAssertions all = new SoftAssertions();
        for (String[] one : wrong) {
            JsonNode answer = take("w.json", one[0]);
            all.assertThat(answer.path("error").asText())
                    .as(one[0].substring(0, Math.min(80, one[0].length())))
                    .contains(one[1]);
        }
        all.assertAll();
        desk.forward();
        assertThat(database.value("SELECT count(*) FROM raw_data_file")).isEqualTo("0");
    }

    @Test
    void what_the_database_will_never_take_is_listed_with_its_reason_and_holds_up_nothing() throws Exception {
        write("clash", "one");
        write("gone", "one");
        write("grown", "one");
        write("good", "one");
        file("clash");
        desk.forward();
        take("u.json", "{\"instrument\": \"cmaera\", \"observation\": \"obs\", \"files\": [\"good\"]}");
        take(
                "m.json",
                "{\"instrument\": \"camera\", \"module\": \"m9\", \"observation\": \"obs\", \"files\": [\"good\"]}");
        take("o.json", "{\"instrument\": \"camera\", \"observation\": \"other\", \"files\": [\"clash\"]}");
        file("gone", "grown", "good");
        Files.delete(root.resolve("gone"));
        Files.writeString(root.resolve("grown"), "longer than before");
        desk.forward();
        Rejections rejections = new Rejections(database.jdbi());
        assertThat(rejections.latest(10))
                .extracting(one -> one.path() + ": " + one.reason())
                .satisfiesExactlyInAnyOrder(
                        one -> assertThat(one).startsWith("clash: is registered for camera"),
                        one -> assertThat(one).startsWith("gone: is gone"),
                        one -> assertThat(one).startsWith("grown: changed since it was filed"));
        assertThat(database.values("SELECT path FROM raw_data_file ORDER BY id"))
                .as("under the wrong instrument it was rejected, until it was filed under the right one")
                .containsExactly("clash", "good");
        file("grown");
        desk.forward();
        assertThat(rejections.latest(10)).extracting(Rejection::path).containsExactlyInAnyOrder("clash", "gone");
    }

    @Test
    void an_unknown_instrument_is_rejected_with_the_known_ones() throws Exception {
        write("a", "one");
        take("u.json", "{\"instrument\": \"cmaera\", \"observation\": \"o\", \"files\": [\"a\"], \"finish\": true}");
        desk.forward();
        assertThat(new Rejections(database.jdbi()).latest(10))
                .hasSize(2)
                .allMatch(one -> one.reason().contains("choose one of: camera")
                        && one.node().equals("telescope-node"));
    }

    @Test
    void a_value_that_the_database_refuses_rejects_its_file_alone() throws Exception {
        database.execute("ALTER TABLE raw_data_file ADD CHECK (readable_path <> 'poison')");
        for (String name : List.of("a", "poison", "z")) {
            write(name, name);
        }
        file("a", "poison", "z");
        desk.forward();
        assertThat(database.values("SELECT path FROM raw_data_file ORDER BY id"))
                .containsExactly("a", "z");
        assertThat(new Rejections(database.jdbi()).latest(10))
                .extracting(Rejection::path)
                .containsExactly("poison");
    }

    @Test
    void a_database_that_cannot_do_it_now_rejects_nothing_and_gets_it_later() throws Exception {
        write("a", "one");
        file("a");
        database.execute("ALTER TABLE raw_data_file RENAME TO elsewhere");
        assertThatThrownBy(desk::forward).hasMessageContaining("raw_data_file");
        database.execute("ALTER TABLE elsewhere RENAME TO raw_data_file");
        assertThat(new Rejections(database.jdbi()).latest(10)).isEmpty();
        desk.forward();
        assertThat(database.values("SELECT path FROM raw_data_file")).containsExactly("a");
    }

    @Test
    void of_two_versions_that_wait_together_the_one_that_is_there_is_registered() throws Exception {
        write("a", "one");
        file("a");
        touch("a", 1);
        write("touched", "same");
        file("touched");
        touch("touched", 1);
        write("a", "two");
        touch("a", 2);
        String second = file("a").get("filed").get(0).get("sha256").asText();
        desk.forward();
        assertThat(database.values("SELECT sha256 FROM raw_data_file WHERE path = 'a'"))
                .containsExactly(second);
        assertThat(database.values("SELECT path FROM raw_data_file ORDER BY id"))
                .containsExactly("touched", "a");
        assertThat(database.value("SELECT level || ' ' || occurrences FROM notification"))
                .as("the first one is lost, and somebody is told")
                .isEqualTo("WARNING 1");
    }

    private void touch(String name, int minutes) throws IOException {
        Path file = root.resolve(name);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(Duration.ofMinutes(minutes))));
    }

    @Test
    void a_file_that_changed_after_it_was_registered_is_told_from_the_first() throws Exception {
        write("a", "one");
        String first = file("a").get("filed").get(0).get("sha256").asText();
        desk.forward();
        write("a", "two");
        file("a");
        desk.forward();
        assertThat(database.values("SELECT sha256 FROM raw_data_file")).containsExactly(first);
        assertThat(database.value("SELECT count(*) FROM physical_copy")).isEqualTo("1");
        assertThat(new Rejections(database.jdbi()).latest(10))
                .extracting(Rejection::reason)
                .singleElement()
                .asString()
                .startsWith("was registered with");
    }

    @Test
    void a_disk_that_is_not_mounted_costs_no_file_that_was_answered() throws Exception {
        write("night/a", "one");
        file("night/a");
        Files.move(root, root.resolveSibling("unmounted"));
        Files.createDirectory(root);
        desk.forward();
        assertThat(new Rejections(database.jdbi()).latest(10)).isEmpty();
        assertThat(database.values("SELECT path FROM raw_data_file")).containsExactly("night/a");
    }

    @Test
    void a_location_that_is_not_known_yet_or_switched_off_is_asked_for_again() throws Exception {
        write("a", "one");
        Locations never = new Locations(database.jdbi());
        try (FilingDesk late = open(never, "late")) {
            assertThat(post(late, null).status()).as("the database knows").isEqualTo(200);
        }
        try (DatabaseLink link = new DatabaseLink(database);
                FilingDesk alone = open(new Locations(link.jdbi()), "alone")) {
            link.cut();
            Reply reply = post(alone, null);
            assertThat(reply.status()).isEqualTo(503);
            assertThat(new ObjectMapper().readTree(reply.json()).get("again").asBoolean())
                    .isTrue();
        }
        assertThat(post(desk, "ccat/nowhere").status()).isEqualTo(400);
        database.execute("UPDATE data_location SET active = false WHERE name = 'telescope_computer'");
        try (FilingDesk off = open(new Locations(database.jdbi()), "off")) {
            assertThat(post(off, "ccat/telescope_computer").status()).isEqualTo(503);
        }
    }

    private Reply post(FilingDesk at, String location) {
        return at.post(
                """
                {"instrument": "camera", "observation": "obs", "files": ["a"]%s}
                """.formatted(location == null ? "" : ", \"location\": \"" + location + "\"")
                        .getBytes(StandardCharsets.UTF_8),
                CALLER);
    }

    @Test
    void an_observation_has_one_order_whatever_its_modules_and_is_finished_last() throws Exception {
        database.execute(
                "INSERT INTO instrument_module (instrument_id, name) SELECT id, 'm2' FROM instrument WHERE name = 'camera'");
        for (String[] one : new String[][] {{"a", "m1"}, {"b", "m2"}, {"c", "m1"}}) {
            write(one[0], one[0]);
            take(one[0] + ".json", """
                    {"instrument": "camera", "module": "%s", "observation": "obs", "files": ["%s"], "priority": %d}
                    """.formatted(one[1], one[0], (int) one[0].charAt(0)));
        }
        take("f.json", "{\"instrument\": \"camera\", \"observation\": \"obs\", \"finish\": true}");
        desk.forward();
        assertThat(database.values("SELECT path FROM raw_data_file ORDER BY id"))
                .containsExactly("a", "b", "c");
        assertThat(database.value("SELECT priority || ' ' || (finished_at > (SELECT max(filed_at) FROM raw_data_file))"
                        + " FROM executed_observation_unit"))
                .isEqualTo((int) 'c' + " true");
    }

    @Test
    void an_observation_with_a_rejected_file_is_not_finished_until_it_is_filed_again() throws Exception {
        write("a", "one");
        write("b", "two");
        String request =
                "{\"instrument\": \"camera\", \"observation\": \"obs\", \"files\": [\"a\", \"b\"], \"finish\": true}";
        take("r.json", request);
        Files.delete(root.resolve("b"));
        desk.forward();
        String finished = "SELECT count(finished_at) FROM executed_observation_unit";
        assertThat(database.value(finished)).isEqualTo("0");
        Rejections rejections = new Rejections(database.jdbi());
        assertThat(rejections.latest(10)).extracting(Rejection::path).containsExactlyInAnyOrder("b", "");
        assertThat(new StatusReader(database.jdbi()).read().stages())
                .filteredOn(stage -> stage.status().equals("REJECTED"))
                .extracting(Status.StageCount::count)
                .containsExactly(1L);
        write("b", "two");
        take("r.json", request);
        desk.forward();
        assertThat(database.value(finished)).isEqualTo("1");
        assertThat(rejections.latest(10)).isEmpty();
    }

    @Test
    void the_uuid_that_was_answered_is_that_of_the_row_that_lives() throws Exception {
        write("a", "one");
        String uuid = file("a").get("filed").get(0).get("uuid").asText();
        desk.forward();
        touch("a", 1);
        assertThat(file("a").get("filed").get(0).get("uuid").asText())
                .as("touched")
                .isEqualTo(uuid);
        desk.forward();
        assertThat(database.values("SELECT uuid FROM raw_data_file")).containsExactly(uuid);
        database.execute("UPDATE raw_data_file SET problem = 'vanished'");
        assertThat(file("a").get("filed").get(0).get("uuid").asText())
                .as("refused by packaging, and there again")
                .isEqualTo(uuid);
        desk.forward();
        assertThat(database.value("SELECT f.uuid || ' ' || coalesce(f.problem, 'well') FROM raw_data_file f"
                        + " JOIN physical_copy c ON c.raw_data_file_id = f.id WHERE c.state = 'PRESENT'"))
                .isEqualTo(uuid + " well");
        assertThat(database.value("SELECT count(*) FROM raw_data_file")).isEqualTo("2");
    }

    @Test
    void what_was_rejected_of_one_observation_says_nothing_of_another() throws Exception {
        for (String observation : List.of("one", "two")) {
            take(observation + ".json", """
                    {"instrument": "cmaera", "observation": "%s", "finish": true}
                    """.formatted(observation));
        }
        desk.forward();
        Rejections rejections = new Rejections(database.jdbi());
        assertThat(rejections.latest(10)).extracting(Rejection::observation).containsExactlyInAnyOrder("one", "two");
        take("one.json", "{\"instrument\": \"camera\", \"observation\": \"one\", \"finish\": true}");
        desk.forward();
        assertThat(rejections.latest(10)).extracting(Rejection::observation).containsExactly("two");
    }

    @Test
    void an_observation_is_not_finished_before_a_request_that_waits() throws Exception {
        write("a", "one");
        Files.move(root, root.resolveSibling("unmounted"));
        assertThatThrownBy(() -> file("a")).isInstanceOf(SpoolWaits.class);
        Files.move(root.resolveSibling("unmounted"), root);
        String finish = "{\"instrument\": \"camera\", \"observation\": \"obs\", \"finish\": true}";
        assertThatThrownBy(() -> take("z.json", finish))
                .isInstanceOf(SpoolWaits.class)
                .hasMessageContaining("r.json");
        desk.take(desk.spool().resolve("r.json").toFile());
        assertThat(take("z.json", finish).get("finished").asBoolean()).isTrue();
    }

    private void forwardUntilItGoesOn() {
        for (int i = 0; i < 61; i++) {
            try {
                desk.forward();
                return;
            } catch (RuntimeException failure) {
                assertThat(desk.problems()).anyMatch(problem -> problem.contains("cannot be registered"));
            }
        }
    }

    @Test
    void an_observation_that_fails_unforeseen_does_not_hold_up_others_for_ever() throws Exception {
        database.execute("""
                CREATE FUNCTION unforeseen() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF NEW.name = 'odd' THEN RAISE EXCEPTION 'odd indeed'; END IF; RETURN NEW; END $$;
                CREATE TRIGGER unforeseen BEFORE INSERT ON executed_observation_unit
                    FOR EACH ROW EXECUTE FUNCTION unforeseen()
                """);
        write("a", "one");
        write("b", "two");
        take("odd.json", "{\"instrument\": \"camera\", \"observation\": \"odd\", \"files\": [\"a\"]}");
        file("b");
        forwardUntilItGoesOn();
        assertThat(database.values("SELECT path FROM raw_data_file")).containsExactly("b");
        assertThat(desk.problems()).singleElement().asString().contains(".journal.failed could not be");
        database.execute("DROP TRIGGER unforeseen ON executed_observation_unit");
        desk.close();
        desk = desk();
        desk.forward();
        assertThat(database.values("SELECT path FROM raw_data_file ORDER BY id"))
                .containsExactly("b", "a");
        assertThat(desk.problems()).isEmpty();
    }

    @Test
    void a_part_of_the_journal_that_cannot_be_read_does_not_hold_up_others_for_ever() throws Exception {
        desk.close();
        Files.createDirectory(folder.resolve("home/filing/journal/0000000000000000001.journal"));
        desk = desk();
        write("a", "one");
        file("a");
        forwardUntilItGoesOn();
        assertThat(database.values("SELECT path FROM raw_data_file")).containsExactly("a");
        assertThat(desk.problems()).singleElement().asString().contains("0000000000000000001.journal.failed");
    }

    @Test
    void what_waits_and_since_when_is_told_and_so_is_who_reads_no_requests_any_more() throws Exception {
        assertThat(desk.waitsSince()).isNull();
        Instant before = Instant.now().minusMillis(1);
        write("a", "one");
        file("a");
        Instant accepted = desk.waitsSince();
        assertThat(accepted).isBetween(before, Instant.now());
        assertThat(desk.waitingBytes()).isPositive();
        database.execute("ALTER TABLE raw_data_file RENAME TO elsewhere");
        assertThatThrownBy(desk::forward).hasMessageContaining("raw_data_file");
        write("b", "two");
        file("b");
        assertThat(desk.waitsSince()).as("the first is the oldest").isBetween(before, accepted);
        assertThat(desk.waiting(true)).isEmpty();
        assertThat(desk.waiting(false)).anyMatch(told -> told.contains("has not the role api any more"));
        desk.close();
        desk = desk();
        assertThat(desk.waitsSince()).as("known to the next process").isBetween(before, Instant.now());
        database.execute("ALTER TABLE elsewhere RENAME TO raw_data_file");
        desk.forward();
        assertThat(desk.waitsSince()).isNull();
        assertThat(desk.waitingBytes()).isZero();
        Files.delete(desk.spool().resolve("r.json"));
        assertThat(desk.waiting(false)).isEmpty();
        request("new.json", "{}");
        assertThat(desk.waiting(false)).singleElement().asString().contains("which nobody reads");
        assertThat(desk.waitingRequests()).isZero();
    }

    @Test
    void a_journal_that_cannot_be_written_is_told() throws Exception {
        write("a", "one");
        Path journal = folder.resolve("home/filing/journal");
        Files.delete(journal);
        assertThatThrownBy(() -> file("a")).isInstanceOf(SpoolWaits.class);
        assertThat(desk.problems()).anyMatch(problem -> problem.startsWith("the filing journal takes nothing"));
        assertThat(desk.waiting(true)).singleElement().asString().startsWith("r.json stays in the spool since");
        assertThat(desk.waitingRequests()).isEqualTo(1);
        Files.createDirectory(journal);
        file("a");
        assertThat(desk.problems()).isEmpty();
        assertThat(desk.waiting(true)).isEmpty();
    }

    @Test
    void a_refused_file_keeps_the_others_and_leaves_the_observation_open() throws Exception {
        write("a", "one");
        JsonNode answer = take("r.json", """
                {"instrument": "camera", "observation": "obs", "files": ["a", "gone"], "finish": true}
                """);
        assertThat(answer.get("finished").asBoolean()).isFalse();
        assertThat(refusals(answer)).hasSize(1);
        desk.forward();
        assertThat(database.values("SELECT path FROM raw_data_file")).containsExactly("a");
        assertThat(database.value("SELECT count(*) FROM executed_observation_unit WHERE finished_at IS NOT NULL"))
                .isEqualTo("0");
    }

    @Test
    void a_request_that_is_still_being_written_stays() throws Exception {
        Path request = Files.writeString(desk.spool().resolve("half.json"), "{\"instrument\": \"cam");
        assertThatThrownBy(() -> desk.take(request.toFile())).isInstanceOf(SpoolWaits.class);
        assertThat(desk.due(request.toFile())).isFalse();
    }

    @Test
    void a_request_that_nobody_can_move_is_read_again_after_a_pause_only() throws Exception {
        write("a", "one");
        Path request = request("r.json", "{\"instrument\": \"camera\", \"observation\": \"obs\", \"files\": [\"a\"]}");
        assertThat(desk.due(request.toFile())).isTrue();
        desk.take(request.toFile());
        assertThat(desk.due(request.toFile())).isFalse();
        Files.delete(request);
        Path next = request("r.json", "{\"instrument\": \"camera\", \"observation\": \"next\", \"finish\": true}");
        assertThat(desk.due(next.toFile())).as("another request of this name").isTrue();
    }

    @Test
    void a_link_in_the_spool_shows_nobody_what_it_leads_to() throws Exception {
        Files.writeString(folder.resolve("secret"), "{\"password\": \"xyzzy\"}");
        Files.createSymbolicLink(desk.spool().resolve("link.json"), folder.resolve("secret"));
        Files.setAttribute(
                desk.spool().resolve("link.json"),
                "lastModifiedTime",
                FileTime.from(Instant.now().minusSeconds(60)),
                java.nio.file.LinkOption.NOFOLLOW_LINKS);
        assertThat(desk.take(desk.spool().resolve("link.json").toFile())).isEqualTo("rejected");
        assertThat(Files.readString(desk.spool().resolve("rejected/link.answer.json")))
                .contains("no regular file")
                .doesNotContain("xyzzy");
    }

    @Test
    void a_request_under_a_name_that_could_mean_something_else_stays_and_is_told() throws Exception {
        write("a", "one");
        String request = "{\"instrument\": \"camera\", \"observation\": \"obs\", \"files\": [\"a\"]}";
        Path secret = Files.writeString(folder.resolve("home/secret.json"), request);
        for (String name : List.of("x\\..\\..\\..\\secret.json", "plain\\name.json", "two words.json", "-o.json")) {
            assertThat(desk.due(request(name, request).toFile())).as(name).isFalse();
            assertThat(String.join("\n", desk.problems())).contains(name);
        }
        assertThatThrownBy(() -> desk.take(secret.toFile())).isInstanceOf(SpoolWaits.class);
        assertThatThrownBy(() ->
                        desk.take(desk.spool().resolve("../../secret.json").toFile()))
                .isInstanceOf(SpoolWaits.class);
        try (var all = Files.newDirectoryStream(desk.spool(), "*.json")) {
            for (Path one : all) {
                Files.delete(one);
            }
        }
        assertThat(desk.problems()).isEmpty();
        assertThat(desk.due(request("A-1_b.c.json", request).toFile())).isTrue();
    }

    @Test
    void links_in_the_place_of_answers_lead_nowhere() throws Exception {
        write("a", "one");
        Path secret = Files.writeString(folder.resolve("secret.json"), "xyzzy");
        Files.createSymbolicLink(desk.spool().resolve("filed/.r.answer.json.new"), secret);
        Files.createSymbolicLink(desk.spool().resolve("filed/r.answer.json"), secret);
        file("a");
        assertThat(secret).hasContent("xyzzy");

        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Path old = Files.writeString(elsewhere.resolve("old.json"), "keep me");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Files.delete(desk.spool().resolve("rejected"));
        Files.createSymbolicLink(desk.spool().resolve("rejected"), elsewhere);
        desk.cleanSpool();
        assertThat(old).exists();
        assertThatThrownBy(() -> take("w.json", "{}")).isInstanceOf(SpoolWaits.class);
        assertThat(elsewhere).isDirectoryContaining(old::equals).isDirectoryNotContaining(file -> !file.equals(old));
        assertThat(desk.problems()).singleElement().asString().contains("rejected is no folder");
    }

    @Test
    void a_location_that_is_not_mounted_leaves_its_requests_in_the_spool() throws Exception {
        Files.move(root, root.resolveSibling("unmounted"));
        assertThatThrownBy(() -> file("a"))
                .isInstanceOf(SpoolWaits.class)
                .hasMessageContaining("ccat/telescope_computer");
    }

    @Test
    void a_full_journal_leaves_requests_in_the_spool_and_one_that_can_never_be_kept_is_refused() throws Exception {
        for (int i = 0; i < 1_400; i++) {
            write("many/f" + i, "x" + i);
            write("more/f" + i, "y" + i);
        }
        assertThat(file("many").get("filed")).hasSize(1_400);
        assertThatThrownBy(() -> file("more")).isInstanceOf(SpoolWaits.class).hasMessageContaining("journal-limit");
        write("a", "one");
        assertThat(file("a").get("filed")).hasSize(1);
        assertThat(file("many", "more").get("error").asText()).contains("make several of it");
    }

    /** Requests read in a way of the test's own, up to the journal. */
    private Intake intake(Journal journal, Measured.Measuring measuring) {
        Locations locations = new Locations(database.jdbi());
        locations.refresh();
        return new Intake(
                journal,
                locations,
                new LocationPatterns(List.of("*/*")),
                new Readers(Duration.ofSeconds(60)),
                measuring);
    }

    private static Submission asking(String json) {
        return SubmissionJson.read(bytes(json));
    }

    @Test
    void of_a_request_that_comes_again_only_what_has_changed_is_read_and_kept_again() throws Exception {
        write("a", "one");
        write("b", "two");
        write("log", "line\n");
        List<String> read = new ArrayList<>();
        AtomicBoolean writing = new AtomicBoolean(true);
        Submission asked = asking("""
                {"instrument": "camera", "observation": "obs", "files": ["a", "b", "log"], "finish": true}""");
        try (Journal journal = new Journal(Files.createDirectory(folder.resolve("journal")), 1 << 20);
                Intake intake = intake(journal, (file, progress) -> {
                    read.add(file.readable());
                    if (file.readable().equals("log") && writing.get()) {
                        append(file.file());
                    }
                    return Measured.of(file, progress);
                })) {
            Answer first = intake.accept(asked, "me");
            assertThat(first.again()).isTrue();
            assertThat(first.filed()).extracting(Answer.Filed::path).containsExactly("a", "b");
            long kept = journal.bytes();
            Answer second = intake.accept(asked, "me");
            assertThat(second.again()).isTrue();
            assertThat(second.filed()).isEqualTo(first.filed());
            assertThat(journal.bytes()).as("nothing is kept twice").isEqualTo(kept);
            assertThat(read).containsExactly("a", "b", "log", "log");
            write("b", "twice");
            writing.set(false);
            Answer third = intake.accept(asked, "me");
            assertThat(third.finished()).isTrue();
            assertThat(third.filed())
                    .hasSize(3)
                    .contains(first.filed().get(0))
                    .doesNotContain(first.filed().get(1));
            assertThat(read).containsExactly("a", "b", "log", "log", "b", "log");
            List<JournalEntry> entries =
                    journal.read(Journal.Position.START, 100).entries();
            assertThat(entries)
                    .extracting(
                            one -> one.file() == null ? "finish" : one.file().path())
                    .as("what will not be asked again is kept whole")
                    .containsExactly("a", "b", "a", "b", "log", "finish");
            assertThat(entries.subList(2, 6))
                    .as("one request")
                    .extracting(JournalEntry::acceptedAt)
                    .containsOnly(entries.get(5).acceptedAt());
            intake.accept(asked, "me");
            assertThat(read).as("asked anew").hasSize(9);
        }
    }

    @Test
    void what_was_rejected_before_a_request_was_complete_is_registered_with_the_rest() throws Exception {
        write("a", "one");
        write("log", "line\n");
        AtomicBoolean writing = new AtomicBoolean(true);
        Submission asked = asking("""
                {"instrument": "newcomer", "observation": "obs", "files": ["a", "log"], "finish": true}""");
        Locations locations = new Locations(database.jdbi());
        try (Journal journal = new Journal(Files.createDirectory(folder.resolve("journal")), 1 << 20);
                Intake intake = intake(journal, (file, progress) -> {
                    if (file.readable().equals("log") && writing.get()) {
                        append(file.file());
                    }
                    return Measured.of(file, progress);
                })) {
            Forwarder forwarder =
                    new Forwarder(journal, database.jdbi(), locations, "node", new StillThere(Duration.ofSeconds(60)));
            assertThat(intake.accept(asked, "me").again()).isTrue();
            forwarder.forward();
            Rejections rejections = new Rejections(database.jdbi());
            assertThat(rejections.latest(10)).extracting(Rejection::path).containsExactly("a");
            database.jdbi().useHandle(db -> db.execute("""
                    WITH i AS (INSERT INTO instrument (site_id, name, telescope)
                               SELECT id, 'newcomer', 'Telescope' FROM site WHERE short_name = 'ccat' RETURNING id)
                    INSERT INTO instrument_module (instrument_id, name) SELECT id, 'm' FROM i
                    """));
            writing.set(false);
            Answer answer = intake.accept(asked, "me");
            assertThat(answer.complete()).isTrue();
            assertThat(answer.finished()).isTrue();
            forwarder.forward();
            assertThat(database.values("SELECT path FROM raw_data_file ORDER BY path"))
                    .containsExactly("a", "log");
            assertThat(rejections.latest(10)).isEmpty();
            assertThat(database.value("SELECT count(finished_at) FROM executed_observation_unit"))
                    .isEqualTo("1");
        }
    }

    @Test
    void of_those_who_name_an_unknown_location_one_asks_the_database_and_the_others_do_not_wait() throws Exception {
        Submission asked = asking("""
                {"instrument": "camera", "observation": "obs", "files": ["a"], "location": "ccat/unknown"}""");
        ExecutorService posters = Executors.newFixedThreadPool(4);
        CompletionService<Answer> answers = new ExecutorCompletionService<>(posters);
        try (Journal journal = new Journal(Files.createDirectory(folder.resolve("journal")), 1 << 20);
                Intake intake = intake(journal, Measured.Measuring.DISK);
                Handle holding = database.jdbi().open()) {
            holding.begin();
            holding.execute("LOCK TABLE topology_version IN ACCESS EXCLUSIVE MODE");
            for (int poster = 0; poster < 4; poster++) {
                answers.submit(() -> intake.accept(asked, "me"));
            }
            for (int poster = 0; poster < 3; poster++) {
                assertThatThrownBy(() -> answers.take().get())
                        .cause()
                        .isInstanceOf(ChasquiException.class)
                        .hasMessageContaining("send this again");
            }
            holding.rollback();
            assertThatThrownBy(() -> answers.take().get())
                    .as("it got its answer")
                    .cause()
                    .isInstanceOf(FilingRefused.class);
        } finally {
            posters.shutdownNow();
        }
    }

    private static void append(Path file) {
        try {
            Files.writeString(file, "another line\n", StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void a_full_journal_is_known_before_anything_is_read_and_what_was_read_is_not_read_again() throws Exception {
        for (int i = 0; i < 100; i++) {
            write("many/f" + i, "x" + i);
        }
        write("a", "one");
        AtomicInteger read = new AtomicInteger();
        Submission many = asking("{\"instrument\": \"camera\", \"observation\": \"obs\", \"files\": [\"many\"]}");
        Submission one = asking("{\"instrument\": \"camera\", \"observation\": \"obs\", \"files\": [\"a\"]}");
        Path there = Files.createDirectory(folder.resolve("journal"));
        try (Journal journal = new Journal(there, 50_000);
                Intake intake = intake(journal, (file, progress) -> {
                    read.incrementAndGet();
                    return Measured.of(file, progress);
                })) {
            journal.append(Collections.nCopies(
                    100,
                    new JournalEntry("ccat/telescope_computer", "camera", null, "o", null, null, "me", Instant.EPOCH)));
            assertThatThrownBy(() -> intake.accept(many, "me")).isInstanceOf(JournalFull.class);
            assertThat(read).hasValue(0);
        }
        Files.delete(there.resolve("0000000000000000001.journal"));
        Files.delete(there);
        Files.createDirectory(there);
        try (Journal journal = new Journal(there, 50_000);
                Intake intake = intake(journal, (file, progress) -> {
                    read.incrementAndGet();
                    return Measured.of(file, progress);
                })) {
            Files.delete(there);
            assertThatThrownBy(() -> intake.accept(one, "me")).isInstanceOf(JournalFull.class);
            Files.createDirectory(there);
            assertThat(intake.accept(one, "me").filed()).hasSize(1);
            assertThat(read).hasValue(1);
        }
    }

    @Test
    void requests_that_were_dealt_with_leave_the_spool_after_their_time() throws Exception {
        write("a", "one");
        file("a");
        Path answer = desk.spool().resolve("filed/r.answer.json");
        Path taken = Files.move(desk.spool().resolve("r.json"), desk.spool().resolve("filed/r.json"));
        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
        Files.setLastModifiedTime(taken, longAgo);
        desk.cleanSpool();
        assertThat(answer).exists();
        assertThat(taken).as("it had waited for long, and was answered now").exists();
        Files.setLastModifiedTime(answer, longAgo);
        desk.cleanSpool();
        desk.cleanSpool();
        assertThat(answer).doesNotExist();
        assertThat(taken).doesNotExist();
    }
}
