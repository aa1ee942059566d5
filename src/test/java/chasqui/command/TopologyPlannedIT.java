package chasqui.command;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.TestDatabase;
import chasqui.topology.Drains;
import chasqui.topology.Surroundings;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people see of a topology before it is applied, and of what the database has. */
class TopologyPlannedIT {
    private static final Path EXAMPLE = Path.of("deploy/topology/three-sites.yaml");

    private final TestDatabase database = new TestDatabase();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream problems = new ByteArrayOutputStream();

    @TempDir
    Path home;

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void a_plan_shows_what_would_change_and_changes_nothing() throws Exception {
        assertThat(plan(EXAMPLE, false)).isEqualTo(TopologyPlanned.CHANGES);
        assertThat(text(out))
                .contains("added       site cologne: name Data centre Cologne")
                .contains(
                        "→ location cologne/buffer: no running worker reaches it; start one there: chasqui run --locations 'cologne/buffer'")
                .endsWith("three-sites.yaml would change: 14 added, 0 changed, 0 deactivated\n");
        assertThat(database.value("SELECT count(*) FROM site")).isEqualTo("0");
        apply();
        assertThat(plan(EXAMPLE, false)).isZero();
        assertThat(text(out)).endsWith("three-sites.yaml: no change\n");
    }

    @Test
    void a_plan_names_the_nodes_that_will_serve_and_the_transfers_that_will_choose_anew() throws Exception {
        apply();
        database.execute("""
                INSERT INTO node (name, boot_id, host, process_id, version, roles, locations)
                VALUES ('here', gen_random_uuid(), 'h', 1, 'v', '{worker}', '{cologne/*}'),
                       ('there', gen_random_uuid(), 'h', 2, 'v', '{worker}', '{us/*}'),
                       ('boss', gen_random_uuid(), 'h', 3, 'v', '{manager}', '{*/*}')
                """);
        Path more = file("second_buffer", "third_buffer");
        assertThat(plan(more, false)).isEqualTo(TopologyPlanned.CHANGES);
        assertThat(text(out))
                .contains("→ location cologne/third_buffer: tried and then served, within seconds, by here\n")
                .contains(
                        "→ location cologne/second_buffer: its worker routes end within seconds, after the work in hand");
    }

    @Test
    void a_plan_that_would_be_refused_shows_the_changes_and_every_problem() throws Exception {
        apply();
        database.execute("""
                INSERT INTO deletion_batch (data_location_id) SELECT id FROM data_location WHERE name = 'second_buffer'
                """);
        database.execute("""
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
                SELECT 'deletion', data_location_id, 'cologne_second_buffer_deletion', id FROM deletion_batch
                """);
        Path less = file("second_buffer", "third_buffer");
        out.reset();
        assertThat(plan(less, true)).isEqualTo(ChasquiCommand.REFUSED);
        JsonNode plan = new ObjectMapper().readTree(text(out));
        assertThat(plan.get("problems").get(0).asText())
                .contains("location cologne/second_buffer cannot be switched off while there are live operations (1)");
        assertThat(plan.get("changes").findValuesAsText("kind")).contains("DEACTIVATED", "ADDED");
        assertThat(plan(Path.of("nowhere.yaml"), false)).isEqualTo(ChasquiCommand.REFUSED);
        assertThat(text(problems)).contains("nowhere.yaml would be refused:\n  there is no such file");
    }

    @Test
    void a_person_is_asked_and_what_changed_meanwhile_is_not_applied_unseen() throws Exception {
        assertThat(ask(() -> false)).isEqualTo(ChasquiCommand.FAILED);
        assertThat(text(out)).contains("would change: 14 added").endsWith("nothing was changed\n");
        assertThat(database.value("SELECT count(*) FROM site")).isEqualTo("0");
        assertThat(ask(() -> {
                    database.execute("INSERT INTO site (short_name, name) VALUES ('us', 'somebody was faster')");
                    return true;
                }))
                .isEqualTo(ChasquiCommand.REFUSED);
        assertThat(text(problems)).contains("somebody changed the topology meanwhile");
        assertThat(ask(() -> true)).isZero();
        assertThat(text(out)).endsWith("three-sites.yaml applied: 13 added, 1 changed, 0 deactivated\n");
        assertThat(ask(() -> {
                    throw new AssertionError("nothing is to be asked");
                }))
                .isZero();
    }

    @Test
    void what_the_database_has_is_shown_with_its_state_and_what_is_wrong_with_it() throws Exception {
        assertThat(show(false)).isZero();
        assertThat(text(out)).contains("there is no topology yet");
        apply();
        new Drains(database.jdbi()).drain("cologne/buffer", "maria", "old disks");
        database.execute("UPDATE data_location SET active = false WHERE name = 'second_buffer'");
        assertThat(show(false)).isZero();
        assertThat(text(out))
                .contains("draining  location cologne/buffer: ")
                .contains("off       location cologne/second_buffer: ")
                .contains("active    site us: ")
                .doesNotContain("Wrong with it");
        database.execute("UPDATE data_location SET active = false WHERE name = 'buffer' AND priority >= 0");
        assertThat(show(true)).isZero();
        JsonNode shown = new ObjectMapper().readTree(text(out));
        assertThat(shown.get("problems").toString())
                .contains("site cologne has an active LONG_TERM_ARCHIVE but no active BUFFER on DISK");
        assertThat(shown.get("version").asLong()).isGreaterThan(3);
        assertThat(shown.get("parts").get(0).get("values").get("name").asText()).isNotEmpty();
    }

    private Path file(String what, String instead) throws Exception {
        return Files.writeString(
                home.resolve("other.yaml"), Files.readString(EXAMPLE).replace(what, instead));
    }

    private Surroundings surroundings() {
        return new Surroundings(Map.of("home", home.toString()), Set.of("cp"), name -> name.equals("chasqui"));
    }

    private TopologyApply applying() {
        return new TopologyApply(database.jdbi(), surroundings(), print(out), print(problems));
    }

    private void apply() {
        assertThat(applying().run(EXAMPLE, "me")).isZero();
        out.reset();
    }

    private int ask(BooleanSupplier agrees) {
        return applying().runAsking(EXAMPLE, "me", agrees);
    }

    private int plan(Path file, boolean json) {
        return new TopologyPlanned(database.jdbi(), surroundings(), print(out), print(problems)).run(file, json);
    }

    private int show(boolean json) {
        out.reset();
        return new TopologyShown(database.jdbi(), surroundings(), print(out)).run(json);
    }

    private static PrintStream print(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream from) {
        return from.toString(StandardCharsets.UTF_8);
    }
}
