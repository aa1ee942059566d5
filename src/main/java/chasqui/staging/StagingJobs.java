package chasqui.staging;

import chasqui.pipeline.WorkStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The rows behind {@link StagingRequests}. */
final class StagingJobs {
    private StagingJobs() {}

    record Named(long id, String name) {}

    static List<Named> packages(Handle tx, List<String> names) {
        return tx.createQuery("SELECT id, name FROM raw_data_package WHERE name = ANY (:names)")
                .bindArray("names", String.class, names)
                .map((row, context) -> new Named(row.getLong("id"), row.getString("name")))
                .list();
    }

    static String places(Handle tx) {
        List<String> places = tx.createQuery("""
                        SELECT s.short_name || '/' || l.name
                          FROM data_location l JOIN site s ON s.id = l.site_id
                         WHERE l.location_type = 'PROCESSING' AND l.active AND s.active
                           AND l.draining_since IS NULL AND s.draining_since IS NULL ORDER BY 1 LIMIT 50
                        """).mapTo(String.class).list();
        return places.isEmpty() ? "none" : String.join(", ", places);
    }

    static List<Long> insert(Handle tx, List<Long> packages, long location, String requestedBy, String reason) {
        return tx.createQuery("""
                        INSERT INTO staging_job (raw_data_package_id, data_location_id, requested_by, reason)
                        SELECT p, :location, :by, :reason FROM unnest(:packages) AS p ORDER BY p
                        ON CONFLICT (raw_data_package_id, data_location_id)
                              WHERE released_at IS NULL AND status NOT IN ('FAILED', 'CANCELLED')
                        DO UPDATE SET requested_by = staging_job.requested_by
                        RETURNING id
                        """)
                .bind("location", location)
                .bind("by", requestedBy)
                .bind("reason", reason)
                .bindArray("packages", Long.class, packages)
                .mapTo(Long.class)
                .list();
    }

    static List<Long> lockActive(Handle tx, List<Long> packages, long location) {
        return tx.createQuery("""
                        SELECT id FROM staging_job
                         WHERE raw_data_package_id = ANY (:packages) AND data_location_id = :location
                           AND released_at IS NULL AND status NOT IN ('FAILED', 'CANCELLED')
                         ORDER BY id FOR UPDATE
                        """)
                .bindArray("packages", Long.class, packages)
                .bind("location", location)
                .mapTo(Long.class)
                .list();
    }

    static List<Long> withoutLiveOperation(Handle tx, List<Long> jobs) {
        return tx.createQuery("""
                        SELECT j FROM unnest(:jobs) AS j
                         WHERE NOT EXISTS (SELECT FROM operation o
                                            WHERE o.type = 'staging' AND o.subject_id = j
                                              AND o.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS'))
                        """)
                .bindArray("jobs", Long.class, jobs)
                .mapTo(Long.class)
                .list();
    }

    static List<Long> notInHand(Handle tx, List<Long> jobs) {
        return tx.createQuery("""
                        SELECT id FROM staging_job WHERE id = ANY (:jobs) AND status IN ('COMPLETED', 'CANCELLED')
                        """)
                .bindArray("jobs", Long.class, jobs)
                .mapTo(Long.class)
                .list();
    }

    static void release(Handle tx, List<Long> jobs) {
        tx.createUpdate(
                        "UPDATE staging_job SET released_at = clock_timestamp(), waits_for = NULL WHERE id = ANY (:jobs)")
                .bindArray("jobs", Long.class, jobs)
                .execute();
    }

    static void audit(Handle tx, String who, String action, List<String> packages, String location, String reason) {
        tx.createUpdate("""
                        INSERT INTO audit (who, action, subject, reason)
                        SELECT :who, :action, name || ' at ' || :location, :reason FROM unnest(:names) AS name
                        """)
                .bind("who", who)
                .bind("action", action)
                .bind("location", location)
                .bind("reason", reason)
                .bindArray("names", String.class, packages)
                .execute();
    }

    static List<StagingJob> byIds(Handle tx, List<Long> jobs) {
        return tx.createQuery("""
                        SELECT j.uuid, p.name, s.short_name || '/' || l.name AS location, j.status, j.waits_for,
                               j.requested_by, j.created_at, j.staged_at, j.released_at
                          FROM staging_job j
                          JOIN raw_data_package p ON p.id = j.raw_data_package_id
                          JOIN data_location l ON l.id = j.data_location_id
                          JOIN site s ON s.id = l.site_id
                         WHERE j.id = ANY (:jobs) ORDER BY p.name
                        """)
                .bindArray("jobs", Long.class, jobs)
                .map(StagingJobs::job)
                .list();
    }

    private static StagingJob job(ResultSet row, StatementContext context) throws SQLException {
        return new StagingJob(
                row.getObject("uuid", UUID.class),
                row.getString("name"),
                row.getString("location"),
                WorkStatus.valueOf(row.getString("status")),
                row.getString("waits_for"),
                row.getString("requested_by"),
                instant(row, "created_at"),
                instant(row, "staged_at"),
                instant(row, "released_at"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }
}
