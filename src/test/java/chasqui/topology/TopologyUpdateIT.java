package chasqui.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.command.TopologyApply;
import chasqui.testing.TestDatabase;
import chasqui.topology.TopologyChange.Kind;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopologyUpdateIT {
    private static final Path EXAMPLES = Path.of("deploy/topology");

    private final TestDatabase database = new TestDatabase();

    @TempDir
    Path home;

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void the_example_of_three_sites_is_applied_and_read_back() throws Exception {
        List<TopologyChange> changes = update().apply(EXAMPLES.resolve("three-sites.yaml"), "me");

        assertThat(changes).allMatch(change -> change.kind() == Kind.ADDED).hasSize(3 + 9 + 2);
        Topology topology = new Locations(database.jdbi()).refresh();
        assertThat(topology.archiveSites()).extracting(ArchiveSite::shortName).containsExactly("cologne", "us");
        assertThat(topology.buffersOf(site("cologne")))
                .extracting(DataLocation::label)
                .containsExactly("cologne/buffer", "cologne/second_buffer");
        DataLocation archive = topology.longTermArchivesOf(site("cologne")).get(0);
        assertThat(archive.bucket()).isEqualTo(new Bucket(null, null, "chasqui-archive", "", "chasqui"));
        assertThat(topology.buffersOf(site("ccat")).get(0).root()).isEqualTo(home.resolve("sites/ccat/buffer"));
        assertThat(database.values("""
                        SELECT i.name || ' ' || m.name || ' ' || i.telescope || ', ' || i.observatory
                          FROM instrument i JOIN instrument_module m ON m.instrument_id = i.id
                         WHERE i.name = 'chai' ORDER BY m.name
                        """))
                .containsExactly(
                        "chai hfa Fred Young Submillimeter Telescope, CCAT Observatory",
                        "chai lfa Fred Young Submillimeter Telescope, CCAT Observatory");
    }

    @Test
    void the_example_of_production_is_applied_with_its_routes() throws Exception {
        new TopologyUpdate(database.jdbi(), new Surroundings(Map.of(), Set.of("cp"), name -> true))
                .apply(EXAMPLES.resolve("production.yaml"), "me");

        Topology topology = new Locations(database.jdbi()).refresh();
        TransferRoute limited = topology.route(site("summit"), site("ithaca")).orElseThrow();
        assertThat(limited.rateLimitBytesPerSecond()).isEqualTo(100_000_000);
        TransferRoute back = topology.route(site("cologne"), site("ithaca")).orElseThrow();
        assertThat(topology.location(back.originLocationId()).label()).isEqualTo("cologne/large_buffer");
        assertThat(topology.route(site("ithaca"), site("cologne")).orElseThrow().pull())
                .isTrue();
        assertThat(topology.routes(site("summit"), site("ithaca")).stream().map(TransferRoute::type))
                .containsExactly(RouteType.CUSTOM, RouteType.RELAY);
        assertThat(topology.route(site("summit"), site("cloud")).orElseThrow().type())
                .isEqualTo(RouteType.DIRECT);
        assertThat(update(Map.of(), Set.of("cp")).apply(EXAMPLES.resolve("production.yaml"), "me"))
                .isEmpty();
    }

    @Test
    void applying_again_changes_nothing_and_writes_no_row() throws Exception {
        update().apply(EXAMPLES.resolve("three-sites.yaml"), "me");
        String before = rows();

        assertThat(update().apply(EXAMPLES.resolve("three-sites.yaml"), "me")).isEmpty();
        assertThat(rows()).isEqualTo(before);
        assertThat(database.values("SELECT who || ' ' || action FROM audit")).containsExactly("me topology apply");
    }

    @Test
    void two_that_apply_at_once_change_it_once() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            Callable<List<TopologyChange>> apply = () -> update().apply(EXAMPLES.resolve("three-sites.yaml"), "me");
            int made = 0;
            for (Future<List<TopologyChange>> result : pool.invokeAll(List.of(apply, apply, apply, apply))) {
                made += result.get().isEmpty() ? 0 : 1;
            }
            assertThat(made).isEqualTo(1);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void a_changed_value_is_told_with_old_and_new() throws Exception {
        apply(GOOD);
        List<TopologyChange> changes = apply(GOOD.replace("name: fast, priority: 10", "name: fast, priority: 5")
                .replace("rate_limit: 1MB/s", "rate_limit: 2MB/s")
                .replace("modules: [m1, m2]", "modules: [m1, m3]")
                .replace("lta_weight: 2", "lta_weight: 3"));

        assertThat(changes)
                .extracting(TopologyChange::toString)
                .containsExactly(
                        "site cologne: lta_weight 2 → 3",
                        "location cologne/fast: priority 10 → 5",
                        "instrument camera: modules [m1, m2] → [m1, m3]",
                        "transfer route ccat → cologne with priority 100: rate_limit 1000000 → 2000000");
        assertThat(database.values("SELECT name FROM instrument_module WHERE active ORDER BY name"))
                .containsExactly("m1", "m3");
        assertThat(apply(GOOD.replace("concurrency: 3", "concurrency: 4")))
                .extracting(TopologyChange::toString)
                .contains(
                        "transfer route ccat → cologne with priority 100: concurrency 3 → 4, rate_limit 2000000 → 1000000");
        assertThat(database.value("SELECT count(*) FROM transfer_route")).isEqualTo("1");
    }

    @Test
    void what_the_file_leaves_out_is_switched_off_and_comes_back_with_it() throws Exception {
        apply(GOOD);
        List<TopologyChange> changes =
                apply(GOOD.replaceAll("(?m)^.*(name: fast|from: ccat).*\n", "").replace("transfer_routes:\n", ""));

        assertThat(changes)
                .extracting(change -> change.kind() + " " + change.subject())
                .containsExactly(
                        "DEACTIVATED location cologne/fast",
                        "DEACTIVATED transfer route ccat → cologne with priority 100");
        Topology topology = new Locations(database.jdbi()).refresh();
        assertThat(topology.buffersOf(site("cologne")))
                .extracting(DataLocation::name)
                .containsExactly("slow");
        assertThat(topology.routes()).isEmpty();

        assertThat(apply(GOOD))
                .extracting(TopologyChange::toString)
                .containsExactly(
                        "location cologne/fast: active false → true",
                        "transfer route ccat → cologne with priority 100: active false → true");
        assertThat(database.value("SELECT count(*) FROM transfer_route")).isEqualTo("1");
    }

    @Test
    void a_location_may_take_over_the_root_of_one_that_goes() throws Exception {
        apply(GOOD);
        assertThat(apply(GOOD.replace("name: slow", "name: large")))
                .extracting(change -> change.kind() + " " + change.subject())
                .containsExactlyInAnyOrder("ADDED location cologne/large", "DEACTIVATED location cologne/slow");
        apply(GOOD.replace("name: slow", "name: large")
                .replace("/cologne/fast", "/cologne/was-fast")
                .replace("/cologne/slow", "/cologne/fast")
                .replace("/cologne/was-fast", "/cologne/slow"));
        assertThat(database.value("SELECT root FROM data_location WHERE name = 'large'"))
                .endsWith("/cologne/fast");
    }

    @Test
    void a_location_with_copies_or_work_cannot_be_switched_off_moved_or_retyped() throws Exception {
        apply(GOOD);
        copyAt("fast", "PRESENT");
        operationAt("slow");
        String before = rows();

        assertThatThrownBy(() -> apply(GOOD.replaceAll("(?m)^.*(name: fast|name: slow).*\n", "")
                        .replace("locations: # cologne\n", """
                                locations: # cologne
                                      - { name: third, type: BUFFER, storage: DISK, root: "${home}/cologne/third" }
                                """)))
                .isInstanceOf(TopologyRefused.class)
                .hasMessageContaining(
                        "location cologne/fast cannot be switched off while there are copies of raw data packages (1); keep it in the file until they are gone")
                .hasMessageContaining(
                        "location cologne/slow cannot be switched off while there are live operations (1)");
        assertThatThrownBy(() -> apply(GOOD.replace("/cologne/fast", "/cologne/faster")))
                .isInstanceOf(TopologyRefused.class)
                .hasMessageContaining(
                        "location cologne/fast cannot change where its data lies (root %s/cologne/fast → %s/cologne/faster) while there are copies of raw data packages (1)"
                                .formatted(home, home));
        assertThatThrownBy(() ->
                        apply(GOOD.replace("name: fast, priority: 10, type: BUFFER", "name: fast, type: PROCESSING")))
                .isInstanceOf(TopologyRefused.class)
                .hasMessageContaining("type BUFFER → PROCESSING");
        assertThat(rows()).isEqualTo(before);

        database.execute("UPDATE physical_copy SET state = 'DELETED', deleted_at = now()");
        assertThat(apply(GOOD.replace("/cologne/fast", "/cologne/faster"))).hasSize(1);
    }

    @Test
    void what_keeps_a_place_in_service_is_named_the_first_ten_of_each_kind() throws Exception {
        apply(GOOD);
        copyAt("fast", "PRESENT");
        for (int i = 0; i < 12; i++) {
            operationAt("fast");
        }
        String name = database.value("SELECT name FROM raw_data_package");
        String without = GOOD.replaceAll("(?m)^.*name: fast.*\n", "");
        assertThatThrownBy(() -> apply(without))
                .isInstanceOf(TopologyRefused.class)
                .hasMessageContaining("copies of raw data packages: " + name + " at cologne/fast; live operations: ")
                .hasMessageMatching("(?s).*(deletion \\(operation \\d+\\) at cologne/fast(, )?){10} and 2 more.*");
        assertThat(update().plan(home.resolve("topology.yaml")).problems())
                .anyMatch(problem -> problem.contains(name + " at cologne/fast"));
    }

    @Test
    void another_host_of_copies_is_warned_of_and_applied() throws Exception {
        apply(GOOD);
        String renamed = GOOD.replace("name: fast,", "name: fast, host: other.example.org,");
        assertThat(renamed).isNotEqualTo(GOOD);
        Path file = Files.writeString(home.resolve("topology.yaml"), renamed);
        assertThat(update().plan(file).warnings()).as("nothing lies there").isEmpty();
        copyAt("fast", "PRESENT");
        assertThat(update().plan(file).warnings())
                .singleElement()
                .asString()
                .startsWith(
                        "location cologne/fast: copies of raw data packages (1) are taken to be where this leads now"
                                + " (host none → other.example.org); what is not found there counts as missing");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream problems = new PrintStream(said, true, StandardCharsets.UTF_8);
        assertThat(new TopologyApply(
                                database.jdbi(),
                                new Surroundings(Map.of("home", home.toString()), Set.of("cp"), name -> true),
                                new PrintStream(OutputStream.nullOutputStream()),
                                problems)
                        .run(file, "me"))
                .isZero();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("WARNING: location cologne/fast: copies");
        assertThat(database.value("SELECT host FROM data_location WHERE name = 'fast'"))
                .isEqualTo("other.example.org");
    }

    @Test
    void a_site_with_copies_cannot_be_switched_off() throws Exception {
        apply(GOOD);
        copyAt("fast", "PRESENT");
        assertThatThrownBy(() -> apply(GOOD.replace("short_name: cologne", "short_name: bonn")
                        .replace("to: cologne", "to: bonn")
                        .replace("/cologne/", "/bonn/")))
                .isInstanceOf(TopologyRefused.class)
                .hasMessageContaining(
                        "location cologne/fast cannot be switched off with its site while there are copies of raw data packages (1)");
        database.execute("UPDATE physical_copy SET state = 'DELETED', deleted_at = now()");
        apply(GOOD.replace("short_name: cologne", "short_name: bonn")
                .replace("to: cologne", "to: bonn")
                .replace("/cologne/", "/bonn/"));
        assertThat(new Locations(database.jdbi()).refresh().archiveSites())
                .extracting(ArchiveSite::shortName)
                .containsExactly("bonn");
    }

    @Test
    void a_root_does_not_move_under_a_running_node() throws Exception {
        apply(GOOD);
        database.execute("INSERT INTO node (name, boot_id, version, host, process_id, roles, locations)"
                + " VALUES ('n1', gen_random_uuid(), '1', 'h', 1, '{}', '{}')");
        assertThatThrownBy(() -> apply(GOOD.replace("/cologne/fast", "/cologne/faster")))
                .isInstanceOf(TopologyRefused.class)
                .hasMessageContaining("while nodes run (n1); stop them first");
        database.execute("UPDATE node SET stopped_at = now()");
        assertThat(apply(GOOD.replace("/cologne/fast", "/cologne/faster"))).hasSize(1);
    }

    @Test
    void a_refused_file_changes_nothing() throws Exception {
        apply(GOOD);
        String before = rows();
        assertThatThrownBy(() ->
                        apply(GOOD.replace("lta_weight: 2", "lta_weight: 3").replace("cologne/slow", "cologne/fast")))
                .isInstanceOf(TopologyRefused.class)
                .hasMessageContaining("is refused, nothing was changed")
                .hasMessageContaining("lie on one path");
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void a_file_that_cannot_be_read_is_refused_with_the_reason() throws Exception {
        assertThatThrownBy(() -> update().apply(home.resolve("nowhere.yaml"), "me"))
                .isInstanceOf(TopologyRefused.class)
                .hasMessageContaining("there is no such file");
        Path latin1 = Files.write(home.resolve("latin1.yaml"), new byte[] {'a', ':', ' ', (byte) 0xE4, '\n'});
        assertThatThrownBy(() -> update().apply(latin1, "me"))
                .isInstanceOf(TopologyRefused.class)
                .hasMessageContaining("it is not UTF-8 text");
    }

    private static final String GOOD = """
            observatory: Observatory
            sites:
              - short_name: ccat
                locations:
                  - { name: computer, type: SOURCE, storage: DISK, root: "${home}/ccat/computer" }
                  - { name: buffer, type: BUFFER, storage: DISK, root: "${home}/ccat/buffer", capacity: 1TB }
                instruments: [ { name: camera, modules: [m1, m2] } ]
              - short_name: cologne
                lta_weight: 2
                locations: # cologne
                  - { name: fast, priority: 10, type: BUFFER, storage: DISK, root: "${home}/cologne/fast" }
                  - { name: slow, priority: 20, type: BUFFER, storage: DISK, root: "${home}/cologne/slow" }
                  - { name: lta, type: LONG_TERM_ARCHIVE, storage: S3, bucket: archive, credential: chasqui }
            transfer_routes:
              - { from: ccat, to: cologne, rate_limit: 1MB/s, concurrency: 3, time_windows: ["22:00-04:00"] }
            """;

    private List<TopologyChange> apply(String text) throws Exception {
        Path file = Files.writeString(home.resolve("topology.yaml"), text);
        return update().apply(file, "me");
    }

    @Test
    void options_of_a_method_are_kept_and_changed_and_those_it_does_not_know_refused() throws Exception {
        Surroundings knowing = new Surroundings(
                Map.of("home", home.toString()),
                Set.of("cp"),
                (method, options) -> options.containsKey("wings") ? List.of("wings: cp has none") : List.of(),
                name -> true);
        TopologyUpdate update = new TopologyUpdate(database.jdbi(), knowing);
        String with = GOOD.replace("rate_limit: 1MB/s", "options: { streams: 8, ssh: \"ssh -p 22\" }");
        Path file = Files.writeString(home.resolve("topology.yaml"), with);
        update.apply(file, "me");
        assertThat(database.value("SELECT options FROM transfer_route"))
                .isEqualTo("{\"ssh\": \"ssh -p 22\", \"streams\": \"8\"}");
        assertThat(new Locations(database.jdbi()).refresh().routes().get(0).options())
                .isEqualTo(Map.of("streams", "8", "ssh", "ssh -p 22"));
        assertThat(update.apply(file, "me")).isEmpty();

        Files.writeString(file, with.replace("streams: 8", "wings: 2"));
        assertThatThrownBy(() -> update.apply(file, "me"))
                .hasMessageContaining("transfer route ccat → cologne: options: wings: cp has none");
    }

    private TopologyUpdate update() {
        return update(Map.of("home", home.toString()), Set.of("cp"));
    }

    private TopologyUpdate update(Map<String, String> placeholders, Set<String> methods) {
        return new TopologyUpdate(database.jdbi(), new Surroundings(placeholders, methods, name -> true));
    }

    private void copyAt(String location, String state) {
        database.execute("""
                WITH e AS (INSERT INTO executed_observation_unit (instrument_id, name) SELECT id, 'night' FROM instrument RETURNING id),
                p AS (INSERT INTO raw_data_package (name, executed_observation_unit_id, instrument_module_id, source_location_id,
                                                    buffer_location_id, status, file_count, content_bytes, size_bytes, xxh64, sha256)
                      SELECT 'rdp-camera-night-1', e.id, (SELECT min(id) FROM instrument_module), s.id, b.id, 'COMPLETED', 1, 1, 1,
                             'xxh64:' || repeat('0', 16), 'sha256:' || repeat('0', 64)
                        FROM e, data_location s, data_location b WHERE s.name = 'computer' AND b.name = 'buffer' RETURNING id)
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, state, size_bytes, checksum)
                SELECT p.id, l.id, 'rdp/one.tar', '%s', 1, 'xxh64:' || repeat('0', 16) FROM p, data_location l WHERE l.name = '%s'
                """.formatted(state, location));
    }

    private void operationAt(String location) {
        database.execute("""
                WITH b AS (INSERT INTO deletion_batch (data_location_id) SELECT id FROM data_location WHERE name = '%s'
                           RETURNING id, data_location_id)
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
                SELECT 'deletion', data_location_id, 'cologne_x_deletion', id FROM b
                """.formatted(location));
    }

    private String rows() {
        return String.join("\n", database.values("""
                SELECT s::text || ' ' || s.xmin FROM site s UNION ALL SELECT l::text || ' ' || l.xmin FROM data_location l
                UNION ALL SELECT r::text || ' ' || r.xmin FROM transfer_route r UNION ALL SELECT i::text || ' ' || i.xmin FROM instrument i
                UNION ALL SELECT m::text || ' ' || m.xmin FROM instrument_module m ORDER BY 1
                """));
    }

    private long site(String shortName) {
        return Long.parseLong(database.value("SELECT id FROM site WHERE short_name = '" + shortName + "'"));
    }
}
