package chasqui.inspection;

import chasqui.inspection.Status.CopyCount;
import chasqui.inspection.Status.FailedOperation;
import chasqui.inspection.Status.Notice;
import chasqui.inspection.Status.Problem;
import chasqui.inspection.Status.QueueCount;
import chasqui.inspection.Status.Running;
import chasqui.inspection.Status.StageCount;
import chasqui.inspection.Status.Waiting;
import chasqui.topology.Drains;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads how everything stands: always the same number of statements, each with a time limit. */
public final class StatusReader {
    private static final int MOST_LISTED = 50;

    private final Jdbi database;

    public StatusReader(Jdbi database) {
        this.database = database;
    }

    /** @throws org.jdbi.v3.core.statement.UnableToExecuteStatementException a count took longer than 20 seconds */
    public Status read() {
        return database.inTransaction(db -> {
            Limits.apply(db);
            return new Status(
                    db.createQuery("SELECT clock_timestamp()")
                            .mapTo(Instant.class)
                            .one(),
                    list(db, StageCount.class, STAGES),
                    list(db, QueueCount.class, QUEUES),
                    List.copyOf(LinkReader.read(db).values()),
                    list(db, Running.class, RUNNING.formatted(SubjectNames.OF_OPERATION, MOST_LISTED)),
                    list(db, CopyCount.class, COPIES),
                    Drains.now(db),
                    count(db, "SELECT count(*) FROM operation WHERE status = 'FAILED'"),
                    list(db, FailedOperation.class, FAILED.formatted(SubjectNames.OF_OPERATION, MOST_LISTED)),
                    count(db, WAITING_COUNT),
                    list(db, Waiting.class, WAITING.formatted(SubjectNames.OF_OPERATION, MOST_LISTED)),
                    count(db, "SELECT count(*) FROM raw_data_file WHERE problem IS NOT NULL"),
                    list(db, Problem.class, PROBLEMS.formatted(MOST_LISTED)),
                    list(db, Notice.class, NOTICES.formatted(MOST_LISTED)),
                    NodeReader.read(db));
        });
    }

    private static <T> List<T> list(Handle db, Class<T> type, String sql) {
        return db.createQuery(sql).map(ConstructorMapper.of(type)).list();
    }

    private static long count(Handle db, String sql) {
        return db.createQuery(sql).mapTo(Long.class).one();
    }

    /** Files are counted through partial indexes and through their packages, never one by one. */
    private static final String STAGES = """
            SELECT * FROM (
                SELECT 0 AS stage, 'filing' AS name, 'raw data file' AS what, 'WAITING' AS status, count(*) AS count,
                       coalesce(sum(size_bytes), 0)::bigint AS bytes
                  FROM raw_data_file WHERE raw_data_package_id IS NULL AND problem IS NULL
                UNION ALL
                SELECT 0, 'filing', 'raw data file', 'PROBLEM', count(*), coalesce(sum(size_bytes), 0)::bigint
                  FROM raw_data_file WHERE problem IS NOT NULL
                UNION ALL
                SELECT 0, 'filing', 'raw data file', 'PACKAGED', coalesce(sum(file_count), 0)::bigint,
                       coalesce(sum(content_bytes), 0)::bigint
                  FROM raw_data_package
                UNION ALL
                SELECT 0, 'filing', 'raw data file', 'REJECTED', count(*), 0 FROM filing_rejection WHERE path <> ''
                UNION ALL
                SELECT 1, 'packaging', 'raw data package', status::text, count(*),
                       coalesce(sum(coalesce(size_bytes, content_bytes)), 0)::bigint
                  FROM raw_data_package GROUP BY status
                UNION ALL
                SELECT 2, 'assembly', 'data transfer package', status::text, count(*),
                       coalesce(sum(coalesce(size_bytes, content_bytes)), 0)::bigint
                  FROM data_transfer_package GROUP BY status
                UNION ALL
                SELECT 3, 'transfer', 'data transfer', CASE WHEN t.sent_at IS NULL THEN t.status::text ELSE 'COMPLETED' END,
                       count(*), coalesce(sum(d.size_bytes), 0)::bigint
                  FROM data_transfer t JOIN cargo d ON d.data_transfer_id = t.id GROUP BY 4
                UNION ALL
                SELECT 4, 'unpacking', 'data transfer', t.status::text, count(*), coalesce(sum(d.size_bytes), 0)::bigint
                  FROM data_transfer t JOIN cargo d ON d.data_transfer_id = t.id
                 WHERE t.sent_at IS NOT NULL AND t.data_transfer_package_id IS NOT NULL GROUP BY t.status
                UNION ALL
                SELECT 5, 'archive', 'long-term archive transfer', a.status::text, count(*), coalesce(sum(p.size_bytes), 0)::bigint
                  FROM long_term_archive_transfer a JOIN raw_data_package p ON p.id = a.raw_data_package_id GROUP BY a.status
                UNION ALL
                SELECT 6, 'staging', 'staging job', CASE WHEN j.released_at IS NULL THEN j.status::text ELSE 'RELEASED' END,
                       count(*), coalesce(sum(p.size_bytes), 0)::bigint
                  FROM staging_job j JOIN raw_data_package p ON p.id = j.raw_data_package_id GROUP BY 4
                UNION ALL
                SELECT 7, 'deletion', 'deletion batch', status::text, count(*), 0 FROM deletion_batch GROUP BY status
            ) AS counted
            WHERE count > 0 ORDER BY stage, status
            """;

    private static final String QUEUES = """
            SELECT queue, type, CASE WHEN waits_for IS NULL THEN status::text ELSE 'PARKED' END AS status, count(*) AS count,
                   extract(epoch FROM clock_timestamp() - min(created_at))::bigint AS oldest_seconds,
                   coalesce(sum(bytes_done) FILTER (WHERE status = 'IN_PROGRESS'), 0)::bigint AS bytes_done,
                   coalesce(sum(bytes_total) FILTER (WHERE status = 'IN_PROGRESS'), 0)::bigint AS bytes_total
              FROM operation GROUP BY 1, 2, 3 ORDER BY 1, 3
            """;

    private static final String RUNNING = """
            SELECT r.*, CASE WHEN bytes_per_second > 0 AND bytes_total > 0
                             THEN ceil(greatest(0, bytes_total - bytes_done)::numeric / bytes_per_second)::bigint END AS seconds_left
              FROM (SELECT o.id AS operation, o.queue, %s AS subject, o.lease_owner AS node,
                           coalesce(u.reason, o.phase) AS phase, o.bytes_done,
                           coalesce(o.bytes_total, 0) AS bytes_total,
                           CASE WHEN u.id IS NULL THEN coalesce(o.bytes_per_second,
                                    o.bytes_done / nullif(extract(epoch FROM o.heartbeat_at - o.claimed_at), 0), 0)::bigint ELSE 0 END
                               AS bytes_per_second
                      FROM operation o LEFT JOIN unreachable_operation u ON u.id = o.id
                     WHERE o.status = 'IN_PROGRESS' ORDER BY o.claimed_at, o.id LIMIT %d) r
            """;

    private static final String COPIES = """
            SELECT s.short_name || '/' || l.name AS location, l.location_type::text AS location_type,
                   c.of, c.state::text AS state, c.count, c.bytes
              FROM (SELECT data_location_id, state,
                           CASE WHEN raw_data_file_id IS NOT NULL THEN 'raw data file'
                                WHEN raw_data_package_id IS NOT NULL THEN 'raw data package'
                                ELSE 'data transfer package' END AS of,
                           count(*) AS count, sum(size_bytes)::bigint AS bytes
                      FROM physical_copy WHERE state <> 'DELETED' GROUP BY 1, 2, 3) c
              JOIN data_location l ON l.id = c.data_location_id
              JOIN site s ON s.id = l.site_id
             ORDER BY s.short_name, l.location_type, l.name, c.of, c.state
            """;

    private static final String FAILED = """
            SELECT o.id AS operation, o.queue, %s AS subject, o.attempt AS attempts, o.finished_at AS failed_at,
                   coalesce(o.failure_message, 'no message') AS message,
                   'chasqui trace shows every attempt; remove the cause that the message names' AS next_step
              FROM operation o WHERE o.status = 'FAILED' ORDER BY o.finished_at DESC LIMIT %d
            """;

    private static final String WAITING_COUNT = """
            SELECT (SELECT count(*) FROM operation WHERE status = 'PENDING' AND waits_for IS NOT NULL)
                 + (SELECT count(*) FROM data_transfer WHERE status = 'PENDING' AND waits_for IS NOT NULL)
                 + (SELECT count(*) FROM staging_job WHERE status = 'PENDING' AND waits_for IS NOT NULL)
            """;

    private static final String WAITING = """
            SELECT * FROM (
                SELECT o.type AS what, %s AS subject, s.short_name || '/' || l.name AS location, o.created_at AS since, o.waits_for
                  FROM operation o JOIN data_location l ON l.id = o.data_location_id JOIN site s ON s.id = l.site_id
                 WHERE o.status = 'PENDING' AND o.waits_for IS NOT NULL
                UNION ALL
                SELECT 'data transfer', d.name, s.short_name, t.created_at, t.waits_for
                  FROM data_transfer t JOIN cargo d ON d.data_transfer_id = t.id
                  JOIN site s ON s.id = t.destination_site_id
                 WHERE t.status = 'PENDING' AND t.waits_for IS NOT NULL
                UNION ALL
                SELECT 'staging job', p.name, s.short_name || '/' || l.name, j.created_at, j.waits_for
                  FROM staging_job j JOIN raw_data_package p ON p.id = j.raw_data_package_id
                  JOIN data_location l ON l.id = j.data_location_id JOIN site s ON s.id = l.site_id
                 WHERE j.status = 'PENDING' AND j.waits_for IS NOT NULL
            ) AS parked ORDER BY since, subject LIMIT %d
            """;

    private static final String PROBLEMS = """
            SELECT f.uuid::text AS uuid, s.short_name || '/' || l.name AS location, f.readable_path AS path, f.problem
              FROM raw_data_file f JOIN data_location l ON l.id = f.source_location_id JOIN site s ON s.id = l.site_id
             WHERE f.problem IS NOT NULL ORDER BY f.id LIMIT %d
            """;

    private static final String NOTICES = """
            SELECT level::text AS level, cause, message, next_step, occurrences, last_at
              FROM notification WHERE sent_at IS NULL ORDER BY level, last_at DESC LIMIT %d
            """;
}
