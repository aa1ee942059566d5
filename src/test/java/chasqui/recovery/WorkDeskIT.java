package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.StageEffects;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkDeskIT {
    private static final StageEffects NONE = () -> new OperationType("deletion");

    @Test
    void a_queue_that_rests_gives_no_work_and_the_others_do(@TempDir Path folder) throws Exception {
        try (TestDatabase database = new TestDatabase()) {
            TestTopology.on(database.jdbi(), folder);
            database.execute("""
                    WITH b AS (INSERT INTO deletion_batch (data_location_id) SELECT id FROM data_location WHERE name = 'buffer'
                               RETURNING *)
                    INSERT INTO operation (type, data_location_id, queue, deletion_batch_id)
                    SELECT 'deletion', b.data_location_id, s.short_name || '_buffer_deletion', b.id
                      FROM b JOIN data_location l ON l.id = b.data_location_id JOIN site s ON s.id = l.site_id
                    """);
            OperationStore operations = TestKernel.of(database.jdbi(), NONE);
            WorkDesk desk = new WorkDesk(operations);
            desk.rest(Set.of("us_buffer_deletion"));
            assertThat(desk.claim("us_buffer_deletion")).isNull();
            assertThat(desk.claim("ccat_buffer_deletion")).isNotNull();
            desk.rest(Set.of());
            assertThat(desk.claim("us_buffer_deletion")).isNotNull();
            desk.close();
            assertThat(desk.claim("cologne_buffer_deletion")).isNull();
        }
    }

    @Test
    void while_the_database_is_away_there_is_no_work_and_no_error() {
        OperationStore operations = TestKernel.of(Jdbi.create("jdbc:postgresql://127.0.0.1:1/chasqui"), NONE);
        AtomicInteger served = new AtomicInteger();
        assertThat(new WorkDesk(operations, found -> served.incrementAndGet()).claim("us_buffer_deletion"))
                .isNull();
        assertThat(served).as("the hint has served").hasValue(1);
    }
}
