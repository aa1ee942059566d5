package chasqui.demo;

import chasqui.pipeline.Stage;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * How far the files of some observations are, in one bounded query: each stage counts the files that have passed it
 * everywhere they had to, and bytes also for the part of the way that is done.
 *
 * @param filed files on their way (without refused ones)
 * @param passed per stage what has passed it; every stage from 1 to 7 has an entry
 * @param packages raw data packages that hold files
 * @param archives long-term archives that every package goes to
 * @param left copies at sources and buffers that are not deleted yet
 */
record Snapshot(Amount filed, Map<Stage, Amount> passed, long packages, long archives, long left) {
    /** A number of files and their bytes. */
    record Amount(long files, long bytes) {
        static final Amount NONE = new Amount(0, 0);
    }

    static Snapshot take(Jdbi database, List<Long> observations) {
        return database.withHandle(db -> read(db, observations));
    }

    private static Snapshot read(Handle db, List<Long> observations) {
        return db.createQuery("""
                        WITH archives AS (
                            SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                             WHERE l.location_type = 'LONG_TERM_ARCHIVE' AND l.active AND s.active),
                        packages AS (
                            SELECT p.id, p.file_count AS files, p.content_bytes AS bytes,
                                   p.status = 'COMPLETED' AS packaged,
                                   d.status = 'COMPLETED' AS assembled,
                                   t.sent, t.unpacked, t.sent_part, t.unpacked_part,
                                   c.archived = (SELECT count(*) FROM archives) AS archived,
                                   c.archived::float8 / greatest((SELECT count(*) FROM archives), 1) AS archived_part,
                                   c.staged > 0 AS staged,
                                   c.left_behind
                              FROM raw_data_package p
                              LEFT JOIN data_transfer_package d ON d.id = p.data_transfer_package_id
                             CROSS JOIN LATERAL (
                                   SELECT bool_and(x.sent_at IS NOT NULL) AS sent, bool_and(x.status = 'COMPLETED') AS unpacked,
                                          avg(CASE WHEN x.sent_at IS NULL THEN 0 ELSE 1 END)::float8 AS sent_part,
                                          avg(CASE WHEN x.status = 'COMPLETED' THEN 1 ELSE 0 END)::float8 AS unpacked_part
                                     FROM data_transfer x WHERE x.data_transfer_package_id = p.data_transfer_package_id) t
                             CROSS JOIN LATERAL (
                                   SELECT count(*) FILTER (WHERE y.state = 'PRESENT' AND l.location_type = 'LONG_TERM_ARCHIVE') AS archived,
                                          count(*) FILTER (WHERE y.state = 'STAGED') AS staged,
                                          count(*) FILTER (WHERE y.state <> 'DELETED' AND l.location_type IN ('SOURCE', 'BUFFER'))
                                              AS left_behind
                                     FROM physical_copy y JOIN data_location l ON l.id = y.data_location_id
                                    WHERE y.raw_data_package_id = p.id OR y.data_transfer_package_id = p.data_transfer_package_id) c
                             WHERE p.executed_observation_unit_id = ANY (:units) AND p.status <> 'CANCELLED'),
                        sources AS (
                            SELECT count(*) FILTER (WHERE f.problem IS NULL) AS files,
                                   coalesce(sum(f.size_bytes) FILTER (WHERE f.problem IS NULL), 0) AS bytes,
                                   count(*) FILTER (WHERE y.state = 'DELETED') AS deleted,
                                   coalesce(sum(f.size_bytes) FILTER (WHERE y.state = 'DELETED'), 0) AS deleted_bytes,
                                   count(*) FILTER (WHERE y.state <> 'DELETED' AND f.problem IS NULL) AS left_behind
                              FROM raw_data_file f
                              LEFT JOIN physical_copy y ON y.raw_data_file_id = f.id AND y.data_location_id = f.source_location_id
                             WHERE f.executed_observation_unit_id = ANY (:units))
                        SELECT s.files, s.bytes, s.deleted, s.deleted_bytes, s.left_behind + coalesce(sum(p.left_behind), 0) AS left_behind,
                               count(p.id) AS packages, (SELECT count(*) FROM archives) AS archives,
                               coalesce(sum(p.files) FILTER (WHERE p.packaged), 0) AS f1, coalesce(sum(p.bytes) FILTER (WHERE p.packaged), 0) AS b1,
                               coalesce(sum(p.files) FILTER (WHERE p.assembled), 0) AS f2, coalesce(sum(p.bytes) FILTER (WHERE p.assembled), 0) AS b2,
                               coalesce(sum(p.files) FILTER (WHERE p.sent), 0) AS f3, coalesce(sum(p.bytes * p.sent_part), 0)::bigint AS b3,
                               coalesce(sum(p.files) FILTER (WHERE p.unpacked), 0) AS f4, coalesce(sum(p.bytes * p.unpacked_part), 0)::bigint AS b4,
                               coalesce(sum(p.files) FILTER (WHERE p.archived), 0) AS f5, coalesce(sum(p.bytes * p.archived_part), 0)::bigint AS b5,
                               coalesce(sum(p.files) FILTER (WHERE p.staged), 0) AS f6, coalesce(sum(p.bytes) FILTER (WHERE p.staged), 0) AS b6
                          FROM sources s LEFT JOIN packages p ON true
                         GROUP BY s.files, s.bytes, s.deleted, s.deleted_bytes, s.left_behind
                        """)
                .bindArray("units", Long.class, observations)
                .map((row, context) -> {
                    Map<Stage, Amount> passed = new EnumMap<>(Stage.class);
                    Stage[] stages = Stage.values();
                    for (int i = 1; i <= 6; i++) {
                        passed.put(stages[i], new Amount(row.getLong("f" + i), row.getLong("b" + i)));
                    }
                    passed.put(Stage.DELETION, new Amount(row.getLong("deleted"), row.getLong("deleted_bytes")));
                    return new Snapshot(
                            new Amount(row.getLong("files"), row.getLong("bytes")),
                            passed,
                            row.getLong("packages"),
                            row.getLong("archives"),
                            row.getLong("left_behind"));
                })
                .one();
    }

    /** Every file passed every stage, and nothing is left at sources and buffers. */
    boolean complete() {
        return left == 0 && passed.values().stream().allMatch(amount -> amount.files() == filed.files());
    }
}
