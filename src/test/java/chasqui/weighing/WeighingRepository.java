package chasqui.weighing;

import chasqui.pipeline.OperationStore.NewOperation;
import java.nio.file.Path;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The statements of this stage. */
final class WeighingRepository {
    private WeighingRepository() {}

    /** What a migration of this stage would hold: its operation type is a row, its results have a table. */
    static void define(Jdbi database) {
        database.useHandle(db -> db.execute("""
                INSERT INTO operation_type (name, stage, location_types, description)
                VALUES ('weighing', 8, '{BUFFER}', 'says how heavy a package is');
                CREATE TABLE weight (
                    raw_data_package_id bigint PRIMARY KEY REFERENCES raw_data_package,
                    bytes               bigint);
                COMMENT ON COLUMN weight.bytes IS 'null: not weighed yet';
                """));
    }

    /**
     * Rows for packages that have none, in one statement. The row is the subject's state: managers that look at once, or
     * while a worker ends its work, never plan a package twice.
     */
    static List<NewOperation> plan(Handle tx, int limit) {
        return tx.createQuery("""
                        WITH found AS (
                            SELECT DISTINCT ON (c.raw_data_package_id) c.raw_data_package_id, c.data_location_id
                              FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                             WHERE l.location_type = 'BUFFER' AND c.state = 'PRESENT' AND c.raw_data_package_id IS NOT NULL
                               AND NOT EXISTS (SELECT FROM weight w WHERE w.raw_data_package_id = c.raw_data_package_id)
                             ORDER BY c.raw_data_package_id, c.id LIMIT :limit),
                        planned AS (
                            INSERT INTO weight (raw_data_package_id) SELECT raw_data_package_id FROM found
                                ON CONFLICT DO NOTHING RETURNING raw_data_package_id)
                        SELECT f.raw_data_package_id, f.data_location_id FROM found f JOIN planned USING (raw_data_package_id)
                        """)
                .bind("limit", limit)
                .map((row, context) -> new NewOperation(row.getLong(1), row.getLong(2), 100))
                .list();
    }

    static Path file(Jdbi database, long packageId, long location) {
        return database.withHandle(db -> db.createQuery("""
                        SELECT l.root || '/' || c.path
                          FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                         WHERE c.raw_data_package_id = :package AND l.id = :location
                        """)
                .bind("package", packageId)
                .bind("location", location)
                .map((row, context) -> Path.of(row.getString(1)))
                .one());
    }

    static void weighed(Handle tx, long packageId, long bytes) {
        tx.createUpdate("UPDATE weight SET bytes = :bytes WHERE raw_data_package_id = :package")
                .bind("package", packageId)
                .bind("bytes", bytes)
                .execute();
    }
}
