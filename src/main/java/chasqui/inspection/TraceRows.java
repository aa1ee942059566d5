package chasqui.inspection;

import chasqui.inspection.Trace.ArchiveTransfer;
import chasqui.inspection.Trace.Attempt;
import chasqui.inspection.Trace.Copy;
import chasqui.inspection.Trace.Deletion;
import chasqui.inspection.Trace.Operation;
import chasqui.inspection.Trace.Packed;
import chasqui.inspection.Trace.StagingJob;
import chasqui.inspection.Trace.Transfer;
import chasqui.inspection.Trace.TransferPackage;
import chasqui.inspection.Trace.Verification;
import chasqui.link.Link;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.StatementContext;

/** The statements behind a trace: one per kind of row, each with a limit. */
final class TraceRows {
    /** Most rows of one kind in a trace. */
    static final int MOST = 500;

    private final Handle db;

    TraceRows(Handle db) {
        this.db = db;
    }

    List<Packed> packages(List<Long> ids) {
        return list(Packed.class, """
                SELECT id, name, uuid::text AS uuid, status::text AS status, state::text AS state, file_count, content_bytes,
                       size_bytes, xxh64, sha256, created_at, packaged_at, archived_at
                  FROM raw_data_package WHERE id = ANY (:ids) ORDER BY id LIMIT :most
                """, ids);
    }

    List<TransferPackage> transferPackages(List<Long> ids) {
        return list(TransferPackage.class, """
                SELECT d.id, d.name, d.uuid::text AS uuid, d.status::text AS status, s.short_name AS primary_site,
                       d.package_count, d.size_bytes, d.xxh64, d.created_at, d.assembled_at
                  FROM data_transfer_package d LEFT JOIN site s ON s.id = d.primary_site_id
                 WHERE d.id = ANY (:ids) ORDER BY d.id LIMIT :most
                """, ids);
    }

    List<Copy> copies(Long file, List<Long> packages, List<Long> transferPackages) {
        return db.createQuery("""
                        SELECT c.id,
                               CASE WHEN c.raw_data_file_id IS NOT NULL THEN 'raw data file'
                                    WHEN c.raw_data_package_id IS NOT NULL THEN 'raw data package'
                                    ELSE 'data transfer package' END AS of,
                               s.short_name || '/' || l.name AS location, c.path, c.state::text AS state, c.size_bytes, c.checksum,
                               c.created_at, c.verified_at, c.deleted_at,
                               (SELECT count(*)::int FROM copy_use u WHERE u.physical_copy_id = c.id) AS used_by,
                               (SELECT count(*)::int FROM hold h
                                 WHERE h.physical_copy_id = c.id AND h.released_at IS NULL) AS held
                          FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                         WHERE c.raw_data_file_id = :file OR c.raw_data_package_id = ANY (:packages)
                            OR c.data_transfer_package_id = ANY (:transferPackages)
                         ORDER BY c.created_at, c.id LIMIT :most
                        """)
                .bind("file", file)
                .bindArray("packages", Long.class, packages)
                .bindArray("transferPackages", Long.class, transferPackages)
                .bind("most", MOST)
                .map(ConstructorMapper.of(Copy.class))
                .list();
    }

    List<Verification> verifications(List<Long> copies) {
        return oldestFirst(list(Verification.class, """
                SELECT v.physical_copy_id AS copy, s.short_name || '/' || l.name AS location, v.verified_at AS at,
                       v.read_mode::text AS read_mode, v.expected, v.found, v.good, v.node
                  FROM verification v JOIN physical_copy c ON c.id = v.physical_copy_id
                  JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                 WHERE v.physical_copy_id = ANY (:ids) ORDER BY v.verified_at DESC, v.id DESC LIMIT :most
                """, copies));
    }

    /** Those of the transfer packages, and of packages that went by themselves. */
    List<Transfer> transfers(List<Long> packages, List<Long> transferPackages) {
        return db.createQuery("""
                        SELECT t.id, d.name AS transfer_package, s.short_name AS destination, t.is_primary AS primary, t.method,
                               t.status::text AS status, t.send_count, t.created_at, t.sent_at, t.completed_at,
                               coalesce(t.waits_for, (SELECT o.waits_for FROM operation o
                                                       WHERE o.type = 'data_transfer' AND o.subject_id = t.id
                                                         AND o.status = 'PENDING')) AS waits_for
                          FROM data_transfer t JOIN cargo d ON d.data_transfer_id = t.id
                          JOIN site s ON s.id = t.destination_site_id
                         WHERE t.data_transfer_package_id = ANY (:transferPackages) OR t.raw_data_package_id = ANY (:packages)
                         ORDER BY t.id LIMIT :most
                        """)
                .bindArray("packages", Long.class, packages)
                .bindArray("transferPackages", Long.class, transferPackages)
                .bind("most", MOST)
                .map(ConstructorMapper.of(Transfer.class))
                .list();
    }

    /** The links that transfers wait for which could go, by transfer. */
    Map<Long, Link> awaited(List<Long> transfers) {
        return db
                .createQuery("""
                        SELECT t.id, l.site_id AS origin, coalesce(next.site_id, t.destination_site_id) AS destination
                          FROM data_transfer t
                          JOIN cargo c ON c.data_transfer_id = t.id
                          JOIN data_location l ON l.id = coalesce(t.origin_location_id, c.buffer_location_id)
                          LEFT JOIN LATERAL (
                               SELECT w.next_site_id AS site_id FROM way w
                                WHERE w.origin_site_id = l.site_id AND w.destination_site_id = t.destination_site_id
                                ORDER BY way_is_open(w.route_id, w.origin_site_id, w.next_site_id) DESC, w.priority LIMIT 1) next ON true
                         WHERE t.id = ANY (:ids) AND t.status = 'PENDING' AND t.sent_at IS NULL AND t.waits_for IS NULL
                        """)
                .bindArray("ids", Long.class, transfers)
                .map((row, context) ->
                        Map.entry(row.getLong("id"), new Link(row.getLong("origin"), row.getLong("destination"))))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    List<ArchiveTransfer> archiveTransfers(List<Long> packages) {
        return list(ArchiveTransfer.class, """
                SELECT a.id, p.name AS package_name, s.short_name || '/' || l.name AS location, a.status::text AS status,
                       a.created_at, a.completed_at
                  FROM long_term_archive_transfer a JOIN raw_data_package p ON p.id = a.raw_data_package_id
                  JOIN data_location l ON l.id = a.data_location_id JOIN site s ON s.id = l.site_id
                 WHERE a.raw_data_package_id = ANY (:ids) ORDER BY a.id LIMIT :most
                """, packages);
    }

    List<StagingJob> stagingJobs(List<Long> packages) {
        return oldestFirst(list(StagingJob.class, """
                SELECT j.uuid::text AS uuid, p.name AS package_name, s.short_name || '/' || l.name AS location,
                       j.status::text AS status, j.waits_for, j.requested_by, j.reason, j.created_at, j.staged_at, j.released_at
                  FROM staging_job j JOIN raw_data_package p ON p.id = j.raw_data_package_id
                  JOIN data_location l ON l.id = j.data_location_id JOIN site s ON s.id = l.site_id
                 WHERE j.raw_data_package_id = ANY (:ids) ORDER BY j.id DESC LIMIT :most
                """, packages));
    }

    List<Deletion> deletions(List<Long> copies) {
        return oldestFirst(list(Deletion.class, """
                SELECT e.physical_copy_id AS copy, s.short_name || '/' || l.name AS location, e.rule, e.decided_at, e.outcome,
                       e.message, e.finished_at, e.evidence::text AS evidence
                  FROM deletion_evidence e JOIN physical_copy c ON c.id = e.physical_copy_id
                  JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                 WHERE e.physical_copy_id = ANY (:ids) ORDER BY e.id DESC LIMIT :most
                """, copies));
    }

    /** Work on any of these packages, their journeys, jobs, copies and deletions. */
    List<Operation> operations(List<Long> packages, List<Long> transferPackages, List<Long> copies) {
        List<Operation> rows = db.createQuery("""
                        WITH subject (type, id) AS (
                            SELECT 'raw_data_package_creation', unnest(:packages)
                            UNION ALL SELECT 'data_transfer_package_creation', unnest(:transferPackages)
                            UNION ALL SELECT kind, t.id
                                        FROM data_transfer t, unnest(ARRAY['data_transfer', 'data_transfer_unpacking']) AS kind
                                       WHERE t.data_transfer_package_id = ANY (:transferPackages)
                                          OR t.raw_data_package_id = ANY (:packages)
                            UNION ALL SELECT 'long_term_archive_transfer', id FROM long_term_archive_transfer
                                       WHERE raw_data_package_id = ANY (:packages)
                            UNION ALL SELECT 'staging', id FROM staging_job WHERE raw_data_package_id = ANY (:packages)
                            UNION ALL SELECT 'verification', unnest(:copies)
                            UNION ALL SELECT 'deletion', deletion_batch_id FROM deletion_evidence
                                       WHERE physical_copy_id = ANY (:copies)),
                        wanted AS (SELECT DISTINCT type, id FROM subject)
                        SELECT * FROM (
                            SELECT o.id, o.type, o.queue, o.status::text AS status, o.attempt, o.created_at, o.claimed_at,
                                   o.finished_at, o.lease_owner AS node, o.bytes_done, o.waits_for, o.failure_message
                              FROM operation o JOIN wanted w ON w.id = o.subject_id AND w.type = o.type
                            UNION ALL
                            SELECT h.id, h.type, h.queue, h.status::text, h.attempt, h.created_at, h.claimed_at,
                                   h.finished_at, h.node, h.bytes_done, NULL, h.failure_message
                              FROM operation_history h JOIN wanted w ON w.id = h.subject_id AND w.type = h.type) AS work
                         ORDER BY created_at DESC, id DESC LIMIT :most
                        """)
                .bindArray("packages", Long.class, packages)
                .bindArray("transferPackages", Long.class, transferPackages)
                .bindArray("copies", Long.class, copies)
                .bind("most", MOST)
                .map(TraceRows::operation)
                .list();
        Map<Long, List<Attempt>> attempts =
                attempts(rows.stream().map(Operation::id).toList());
        return oldestFirst(rows.stream()
                .map(row -> row.with(attempts.getOrDefault(row.id(), List.of())))
                .toList());
    }

    private Map<Long, List<Attempt>> attempts(List<Long> operations) {
        return db.createQuery("""
                        SELECT operation_id, attempt, node, started_at, ended_at, outcome, failure_kind::text AS failure_kind,
                               message, bytes_done
                          FROM (SELECT *, row_number() OVER (PARTITION BY operation_id ORDER BY ended_at DESC) AS newest
                                  FROM operation_attempt WHERE operation_id = ANY (:ids)) a
                         WHERE newest <= 50 ORDER BY ended_at
                        """).bindArray("ids", Long.class, operations).map(Tried::of).list().stream()
                .collect(Collectors.groupingBy(
                        Tried::operationId, Collectors.mapping(Tried::attempt, Collectors.toList())));
    }

    private <T> List<T> list(Class<T> type, String sql, List<Long> ids) {
        return db.createQuery(sql)
                .bindArray("ids", Long.class, ids)
                .bind("most", MOST)
                .map(ConstructorMapper.of(type))
                .list();
    }

    private static <T> List<T> oldestFirst(List<T> newestFirst) {
        List<T> turned = new ArrayList<>(newestFirst);
        java.util.Collections.reverse(turned);
        return turned;
    }

    private static Operation operation(ResultSet row, StatementContext context) throws SQLException {
        return new Operation(
                row.getLong("id"),
                row.getString("type"),
                row.getString("queue"),
                row.getString("status"),
                row.getInt("attempt"),
                instant(row, "created_at"),
                instant(row, "claimed_at"),
                instant(row, "finished_at"),
                row.getString("node"),
                row.getLong("bytes_done"),
                row.getString("waits_for"),
                row.getString("failure_message"),
                List.of());
    }

    /** An attempt with the operation it belongs to. */
    private record Tried(long operationId, Attempt attempt) {
        static Tried of(ResultSet row, StatementContext context) throws SQLException {
            return new Tried(
                    row.getLong("operation_id"),
                    new Attempt(
                            row.getInt("attempt"),
                            row.getString("node"),
                            instant(row, "started_at"),
                            instant(row, "ended_at"),
                            row.getString("outcome"),
                            row.getString("failure_kind"),
                            row.getString("message"),
                            row.getLong("bytes_done")));
        }
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
