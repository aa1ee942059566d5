package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.command.NodesReport;
import chasqui.command.QueuesReport;
import chasqui.inspection.QueueReader;
import chasqui.inspection.QueueStatus;
import chasqui.pipeline.Effect;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queues with work that nobody does: found, told, and over when somebody does it. */
class QueueWatchIT {
    private static final String QUEUE = "ccat_buffer_deletion";
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final TestDatabase database = new TestDatabase();
    private final OperationStore operations = TestKernel.of(database.jdbi(), () -> new OperationType("deletion"));
    private final QueueWatch watch = new QueueWatch(database.jdbi(), LIMIT);
    private final QueueReader reader = new QueueReader(database.jdbi(), LIMIT);
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @BeforeEach
    void a_topology(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void due(int operations, int priority) {
        database.execute("""
                WITH l AS (SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                            WHERE s.short_name = 'ccat' AND l.name = 'buffer'),
                b AS (INSERT INTO deletion_batch (data_location_id) SELECT l.id FROM l, generate_series(1, %d)
                      RETURNING id, data_location_id)
                INSERT INTO operation (type, data_location_id, queue, deletion_batch_id, priority)
                SELECT 'deletion', data_location_id, '%s', id, %d FROM b
                """.formatted(operations, QUEUE, priority));
    }

    private void node(String name, String locations) {
        database.execute("""
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations)
                VALUES ('%s', gen_random_uuid(), '1', 'h', 1, '{manager,worker}', '{%s}')
                """.formatted(name, locations));
    }

    private void later(String span) {
        database.execute("UPDATE queue_standstill SET since = since - interval '" + span + "'");
        database.execute("UPDATE operation SET claimed_at = claimed_at - interval '" + span + "'");
    }

    private QueueStatus queue() {
        return reader.read().stream()
                .filter(queue -> queue.queue().equals(QUEUE))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void every_queue_says_what_it_holds_and_who_serves_it() {
        due(4, 100);
        node("telescope", "ccat/*");
        node("everywhere", "*/*");
        node("gone", "ccat/*");
        database.execute("UPDATE node SET heartbeat_at = clock_timestamp() - interval '2 minutes' WHERE name = 'gone'");
        operations.claim(QUEUE).orElseThrow();
        database.execute("UPDATE operation SET waits_for = 'rain' WHERE id = (SELECT max(id) FROM operation)");
        database.execute(
                "UPDATE operation SET status = 'SCHEDULED' WHERE id = (SELECT min(id) FROM operation WHERE status = 'PENDING')");

        QueueStatus queue = queue();
        assertThat(List.of(queue.due(), queue.scheduled(), queue.inProgress(), queue.waiting()))
                .containsExactly(1L, 1L, 1L, 1L);
        assertThat(queue.location()).isEqualTo("ccat/buffer");
        assertThat(queue.nodes()).containsExactly("everywhere", "telescope");
        assertThat(queue.warning()).isNull();
        assertThat(reader.read())
                .as("every queue of the topology")
                .hasSize(2 + 3 * 4 + 2 * 2 + 2)
                .allSatisfy(other -> assertThat(other.nodes()).contains("everywhere"));
    }

    @Test
    void a_queue_that_nobody_serves_is_flagged_at_once_and_told_when_its_work_stays_due() {
        node("cologne", "cologne/*");
        assertThat(queue().warning()).isEqualTo("nobody serves this: start a node with --locations ccat/buffer");
        assertThat(queue().standsStill()).as("there is nothing to do").isFalse();
        due(2, 100);
        watch.look();
        assertThat(watch.problems()).isEmpty();
        later("6 minutes");
        watch.look();
        assertThat(watch.problems())
                .containsExactly(QUEUE
                        + ": 2 operations are due, nobody serves this: start a node with --locations ccat/buffer");
        assertThat(queue().standsStill()).isTrue();
    }

    @Test
    void work_that_a_living_node_does_not_claim_is_told_until_it_does() {
        node("telescope", "ccat/*");
        due(3, 100);
        watch.look();
        later("4 minutes");
        due(1, 1);
        watch.look();
        later("2 minutes");
        watch.look();
        assertThat(watch.problems())
                .as("more urgent work that nobody claims either does not begin the time anew")
                .singleElement()
                .asString()
                .contains(
                        "4 operations are due, nobody has claimed any of it for 6 min: look at the log and health of telescope");

        Lease lease = operations.claim(QUEUE).orElseThrow();
        watch.look();
        assertThat(watch.problems()).isEmpty();
        operations.complete(lease, Effect.NONE);
        watch.look();
        assertThat(queue().unclaimedSeconds()).isLessThan(60);
        assertThat(watch.problems()).isEmpty();
    }

    @Test
    void work_that_was_claimed_and_put_back_was_not_left_alone() {
        node("telescope", "ccat/*");
        due(1, 100);
        watch.look();
        later("10 minutes");
        operations.giveBack(operations.claim(QUEUE).orElseThrow(), "not today");
        assertThat(queue().unclaimedSeconds()).as("also while no monitor looks").isNull();
        watch.look();
        assertThat(watch.problems()).isEmpty();
    }

    @Test
    void work_that_waits_for_something_is_no_standstill() {
        due(1, 100);
        database.execute("UPDATE operation SET not_before = clock_timestamp() + interval '1 hour'");
        watch.look();
        assertThat(database.value("SELECT count(*) FROM queue_standstill")).isEqualTo("0");
    }

    @Test
    void people_and_scripts_are_shown_the_same() throws Exception {
        node("cologne", "cologne/*");
        due(1, 100);
        watch.look();
        new QueuesReport(reader, out).run(false);
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains(QUEUE).contains("nobody serves this");
        printed.reset();
        new NodesReport(database.jdbi(), reader, out).run(false);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("cologne/*")
                .contains("no living node has the role monitor: nothing that stalls is put back")
                .contains("Queues with work that nobody does")
                .contains(QUEUE);
        printed.reset();
        new NodesReport(database.jdbi(), reader, out).run(true);
        JsonNode answer = new ObjectMapper().readTree(printed.toByteArray());
        assertThat(answer.at("/nodes/0/locations/0").asText()).isEqualTo("cologne/*");
        assertThat(answer.at("/still/0/queue").asText()).isEqualTo(QUEUE);
        assertThat(answer.at("/missing_roles/0").asText()).isEqualTo("monitor");
    }
}
