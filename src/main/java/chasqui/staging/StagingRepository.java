package chasqui.staging;

import chasqui.catalogue.Uses;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What stage 6 reads and writes about jobs, their packages and the copies to read. */
final class StagingRepository {
    /**
     * The nearest copy of job {@code j}'s package: a disk of the same site, else its archive, else any archive, else what
     * came back from tape.
     */
    static final String NEAREST = """
            (SELECT c.id
               FROM physical_copy c
               JOIN data_location o ON o.id = c.data_location_id
               JOIN site os ON os.id = o.site_id
              WHERE c.raw_data_package_id = j.raw_data_package_id
                AND c.state = 'PRESENT' AND c.verified_at IS NOT NULL AND o.active AND os.active
                AND (o.location_type = 'LONG_TERM_ARCHIVE'
                     AND (o.storage_type IN ('DISK', 'S3')
                          OR EXISTS (SELECT FROM tape_recall r WHERE r.physical_copy_id = c.id AND NOT r.spoiled))
                     OR o.location_type = 'BUFFER' AND o.storage_type = 'DISK' AND o.site_id = l.site_id)
              ORDER BY CASE WHEN o.storage_type = 'TAPE' THEN 3
                            WHEN o.site_id <> l.site_id THEN 2 WHEN o.storage_type = 'DISK' THEN 0 ELSE 1 END,
                       o.priority, c.id
              LIMIT 1)
            """;

    static final String JOB = """
            staging_job j
              JOIN raw_data_package p ON p.id = j.raw_data_package_id
              JOIN data_location l ON l.id = j.data_location_id
              JOIN site s ON s.id = l.site_id
            """;

    /** A copy at the job's place that is neither staged nor gone stands in the way. */
    private static final String IN_THE_WAY = """
            (SELECT t.state FROM physical_copy t
              WHERE t.raw_data_package_id = j.raw_data_package_id AND t.data_location_id = j.data_location_id
                AND t.state NOT IN ('STAGED', 'DELETED'))
            """;

    private StagingRepository() {}

    /** A job that can begin, and the copy it is to read. */
    record Beginning(long job, long location, long copy) {
        Uses.Intent intent() {
            return new Uses.Intent(job, copy);
        }
    }

    /** Locks jobs that can begin, oldest first; jobs that another manager looks at are left to it. */
    static List<Beginning> lockReady(Handle tx, int limit) {
        return tx.createQuery("""
                        SELECT j.id, j.data_location_id, nearest.id AS copy
                          FROM <job> CROSS JOIN LATERAL <nearest> AS nearest
                         WHERE j.status = 'PENDING' AND j.released_at IS NULL AND l.active AND s.active
                           AND p.state = 'ARCHIVED' AND NOT EXISTS <inTheWay>
                         ORDER BY j.id LIMIT :limit FOR UPDATE OF j SKIP LOCKED
                        """)
                .define("job", JOB)
                .define("nearest", NEAREST)
                .define("inTheWay", IN_THE_WAY)
                .bind("limit", limit)
                .map((row, context) ->
                        new Beginning(row.getLong("id"), row.getLong("data_location_id"), row.getLong("copy")))
                .list();
    }

    /** Says of pending jobs why they wait, where that has changed. */
    static void explainWaiting(Handle tx, int limit) {
        tx.createUpdate("""
                        WITH looked_at AS (
                            SELECT j.id, j.waits_for,
                                   CASE WHEN NOT (l.active AND s.active)
                                             THEN 'location ' || s.short_name || '/' || l.name || ' is switched off'
                                        WHEN p.state <> 'ARCHIVED'
                                             THEN 'package ' || p.name || ' is not archived yet (' || p.state || ')'
                                        WHEN EXISTS <inTheWay>
                                             THEN 'an earlier copy at this place is ' || <inTheWay>
                                        WHEN EXISTS <nearest> THEN NULL
                                        WHEN EXISTS <onTape> THEN p.name || ' is on tape and comes back first: ' || <onTape>
                                        ELSE 'no copy of ' || p.name || ' is present, verified and readable: '
                                             || coalesce(<copies>, 'there is none') END AS reason
                              FROM <job>
                             WHERE j.status = 'PENDING' AND j.released_at IS NULL),
                        changed AS (
                            SELECT j.id, looked_at.reason FROM looked_at JOIN staging_job j ON j.id = looked_at.id
                             WHERE looked_at.waits_for IS DISTINCT FROM looked_at.reason
                             ORDER BY j.id LIMIT :limit FOR UPDATE OF j SKIP LOCKED)
                        UPDATE staging_job j SET waits_for = changed.reason FROM changed WHERE j.id = changed.id
                        """)
                .define("job", JOB)
                .define("nearest", NEAREST)
                .define("inTheWay", IN_THE_WAY)
                .define("onTape", """
                        (SELECT os.short_name || '/' || o.name
                           FROM physical_copy c JOIN data_location o ON o.id = c.data_location_id
                           JOIN site os ON os.id = o.site_id
                          WHERE c.raw_data_package_id = j.raw_data_package_id AND o.storage_type = 'TAPE'
                            AND c.state = 'PRESENT' AND c.verified_at IS NOT NULL AND o.active AND os.active
                          ORDER BY o.site_id = l.site_id DESC, o.priority, c.id LIMIT 1)
                        """)
                .define("copies", """
                        (SELECT string_agg(os.short_name || '/' || o.name || ' ' || c.state, ', ' ORDER BY c.id)
                           FROM physical_copy c JOIN data_location o ON o.id = c.data_location_id
                           JOIN site os ON os.id = o.site_id
                          WHERE c.raw_data_package_id = j.raw_data_package_id
                            AND o.location_type = 'LONG_TERM_ARCHIVE' AND c.state <> 'DELETED')
                        """)
                .bind("limit", limit)
                .execute();
    }

    static void nothingInTheWay(Handle tx, List<Long> jobs) {
        tx.createUpdate("UPDATE staging_job SET waits_for = NULL WHERE id = ANY (:jobs)")
                .bindArray("jobs", Long.class, jobs)
                .execute();
    }

    static StagingTask task(Handle db, long job) {
        return db.createQuery("""
                        SELECT j.id, j.data_location_id, j.released_at IS NOT NULL AS withdrawn,
                               EXISTS (SELECT FROM physical_copy c
                                        WHERE c.data_location_id = j.data_location_id
                                          AND c.raw_data_file_id IS NULL AND c.state NOT IN ('DELETED', 'MISSING')) AS place_was_used,
                               p.id AS package_id, p.name, p.size_bytes, p.xxh64, p.sha256, p.content_bytes
                          FROM staging_job j JOIN raw_data_package p ON p.id = j.raw_data_package_id
                         WHERE j.id = :job
                        """).bind("job", job).map(StagingTask::of).one();
    }

    /** The copy that the job reads, as long as it is fit to be read. */
    static Optional<SourceCopy> protectedSource(Handle db, long job) {
        return db.createQuery("""
                        SELECT c.id, c.data_location_id, c.path
                          FROM copy_use u JOIN physical_copy c ON c.id = u.physical_copy_id
                          JOIN data_location o ON o.id = c.data_location_id
                         WHERE u.staging_job_id = :job AND c.state = 'PRESENT'
                           AND (o.storage_type <> 'TAPE' OR EXISTS (SELECT FROM tape_recall r WHERE r.physical_copy_id = c.id AND NOT r.spoiled))
                         ORDER BY c.id LIMIT 1
                        """)
                .bind("job", job)
                .map((row, context) ->
                        new SourceCopy(row.getLong("id"), row.getLong("data_location_id"), row.getString("path")))
                .findOne();
    }

    static Optional<Long> nearest(Handle db, long job) {
        return db.createQuery("SELECT nearest.id FROM <job> CROSS JOIN LATERAL <nearest> AS nearest WHERE j.id = :id")
                .define("job", JOB)
                .define("nearest", NEAREST)
                .bind("id", job)
                .mapTo(Long.class)
                .findOne();
    }

    /** Locks the job against its release. */
    static boolean lockWanted(Handle tx, long job) {
        return tx.createQuery("SELECT released_at IS NULL FROM staging_job WHERE id = :job FOR UPDATE")
                .bind("job", job)
                .mapTo(Boolean.class)
                .one();
    }

    static void staged(Handle tx, long job) {
        tx.createUpdate("UPDATE staging_job SET staged_at = clock_timestamp(), waits_for = NULL WHERE id = :job")
                .bind("job", job)
                .execute();
    }

    /** The copy of a package at a place that is not deleted. */
    static Optional<ThereAlready> liveCopy(Handle tx, long packageId, long location) {
        return tx.createQuery("""
                        SELECT id, state FROM physical_copy
                         WHERE raw_data_package_id = :package AND data_location_id = :location AND state <> 'DELETED'
                           FOR UPDATE
                        """)
                .bind("package", packageId)
                .bind("location", location)
                .map((row, context) -> new ThereAlready(row.getLong("id"), row.getString("state")))
                .findOne();
    }

    record ThereAlready(long copy, String state) {}
}
