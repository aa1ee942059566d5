package chasqui.bench;

import chasqui.pipeline.OperationStore.NewOperation;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The statements of the stage that does nothing, in the database of a bench. */
final class NoOperationRows {
    private final Jdbi database;
    private long lastOperation;

    NoOperationRows(Jdbi database) {
        this.database = database;
    }

    /** To be called once, before the service starts. */
    static void define(Jdbi database) {
        database.useHandle(db -> db.execute("""
                INSERT INTO operation_type (name, stage, location_types, description)
                VALUES ('no_operation', 8, '{BUFFER}', 'does nothing, for a bench');
                CREATE TABLE no_operation (
                    raw_data_package_id bigint PRIMARY KEY REFERENCES raw_data_package,
                    data_location_id    bigint NOT NULL REFERENCES data_location,
                    status              work_status NOT NULL);
                CREATE INDEX no_operation_to_do ON no_operation (raw_data_package_id) WHERE status = 'PENDING';
                INSERT INTO executed_observation_unit (instrument_id, name) SELECT id, 'bench' FROM instrument;
                """));
    }

    /** Makes subjects that the manager does not find before they are let go, spread over the queues. */
    void prepare(int subjects) {
        database.useHandle(db -> db.createUpdate("""
                        WITH package AS (
                            INSERT INTO raw_data_package (name, executed_observation_unit_id, instrument_module_id,
                                        source_location_id, buffer_location_id, file_count, content_bytes)
                            SELECT 'bench-' || gen_random_uuid(), u.id, m.id, s.id, s.id, 1, 1
                              FROM generate_series(1, :subjects), executed_observation_unit u, instrument_module m,
                                   data_location s
                             WHERE s.name = 'source'
                            RETURNING id),
                        buffer AS (SELECT array_agg(id) AS ids FROM data_location WHERE location_type = 'BUFFER')
                        INSERT INTO no_operation (raw_data_package_id, data_location_id, status)
                        SELECT p.id, b.ids[1 + p.id % cardinality(b.ids)], 'CANCELLED' FROM package p, buffer b
                        """).bind("subjects", subjects).execute());
        lastOperation = database.withHandle(db -> db.createQuery("SELECT coalesce(max(id), 0) FROM operation_history")
                .mapTo(Long.class)
                .one());
    }

    void letGo() {
        database.useHandle(db -> db.execute("UPDATE no_operation SET status = 'PENDING' WHERE status = 'CANCELLED'"));
    }

    /** What a round of the manager takes, in the order of age. */
    static List<NewOperation> takeDue(Handle tx, int limit) {
        return tx.createQuery("""
                        UPDATE no_operation SET status = 'SCHEDULED'
                         WHERE raw_data_package_id = ANY (ARRAY(
                               SELECT raw_data_package_id FROM no_operation WHERE status = 'PENDING'
                                ORDER BY raw_data_package_id LIMIT :limit FOR UPDATE SKIP LOCKED))
                        RETURNING raw_data_package_id, data_location_id
                        """)
                .bind("limit", limit)
                .map((row, context) -> new NewOperation(row.getLong(1), row.getLong(2), 100))
                .list();
    }

    static void completed(Handle tx, long subject) {
        tx.createUpdate("UPDATE no_operation SET status = 'COMPLETED' WHERE raw_data_package_id = :id")
                .bind("id", subject)
                .execute();
    }

    /** @throws IOException the ledger of the last run does not balance */
    void requireCompletedOnce(int operations) throws IOException {
        long[] ledger = database.withHandle(db -> db.createQuery("""
                        SELECT (SELECT count(*) FROM operation_history WHERE id > :after AND type = 'no_operation' AND status = 'COMPLETED') AS completed,
                               (SELECT count(DISTINCT subject_id) FROM operation_history WHERE id > :after AND type = 'no_operation') AS subjects,
                               (SELECT count(*) FROM operation WHERE type = 'no_operation')
                                   + (SELECT count(*) FROM no_operation WHERE status <> 'COMPLETED') AS left_over
                        """)
                .bind("after", lastOperation)
                .map((row, context) -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3)})
                .one());
        if (ledger[0] != operations || ledger[1] != operations || ledger[2] != 0) {
            throw new IOException("of " + operations + " operations " + ledger[0] + " were completed, of " + ledger[1]
                    + " subjects, and " + ledger[2] + " rows are left over");
        }
    }

    Instant scheduled(long operation) {
        return database.withHandle(
                db -> db.createQuery("SELECT coalesce(scheduled_at, claimed_at) FROM operation_history WHERE id = :id")
                        .bind("id", operation)
                        .mapTo(OffsetDateTime.class)
                        .one()
                        .toInstant());
    }

    double hinted() {
        return database.withHandle(
                db -> db.createQuery("SELECT count(scheduled_at)::double precision / count(*) FROM operation_history"
                                + " WHERE type = 'no_operation'")
                        .mapTo(Double.class)
                        .one());
    }
}
