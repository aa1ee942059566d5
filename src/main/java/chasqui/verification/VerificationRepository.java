package chasqui.verification;

import chasqui.catalogue.Uses;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.OperationStore;
import chasqui.storage.Checksum;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The statements of verification. */
final class VerificationRepository {
    private VerificationRepository() {}

    /**
     * Locks copies under suspicion that nobody reads again yet, at most so many in each archive. One whose reading failed
     * for good is left to the human who was told of it.
     */
    static List<OperationStore.NewOperation> lockSuspect(Handle tx, int perArchive, int priority) {
        return tx.createQuery("""
                        SELECT due.id, l.id AS location
                          FROM data_location l JOIN site s ON s.id = l.site_id
                         CROSS JOIN LATERAL (
                               SELECT c.id FROM physical_copy c
                                WHERE c.data_location_id = l.id AND c.state = 'SUSPECT'
                                  AND NOT EXISTS (SELECT FROM operation o WHERE o.subject_id = c.id AND o.type = :type)
                                ORDER BY c.id LIMIT :most FOR UPDATE SKIP LOCKED) due
                         WHERE l.location_type = 'LONG_TERM_ARCHIVE'
                           AND l.active AND s.active
                        """)
                .bind("most", perArchive)
                .bind("type", VerificationWorker.TYPE.name())
                .map((row, context) ->
                        new OperationStore.NewOperation(row.getLong("id"), row.getLong("location"), priority))
                .list();
    }

    /**
     * Locks copies whose last verification is too old, the oldest first, in each archive as many as there is room for
     * beside those that wait already.
     */
    static List<OperationStore.NewOperation> lockOldest(Handle tx, Duration oldest, int perArchive, int priority) {
        return tx.createQuery("""
                        SELECT due.id, l.id AS location
                          FROM data_location l JOIN site s ON s.id = l.site_id
                         CROSS JOIN LATERAL (
                               SELECT count(*) AS n FROM copy_use u JOIN physical_copy w ON w.id = u.physical_copy_id
                                WHERE u.verification_operation_id IS NOT NULL AND w.data_location_id = l.id) waiting
                         CROSS JOIN LATERAL (
                               SELECT c.id FROM physical_copy c
                                WHERE c.data_location_id = l.id AND c.raw_data_package_id IS NOT NULL AND c.state = 'PRESENT'
                                  AND coalesce(c.verified_at, '-infinity'::timestamptz)
                                      < statement_timestamp() - make_interval(secs => :oldest)
                                  AND NOT EXISTS (SELECT FROM copy_use v
                                                   WHERE v.physical_copy_id = c.id AND v.verification_operation_id IS NOT NULL)
                                ORDER BY coalesce(c.verified_at, '-infinity'::timestamptz)
                                LIMIT greatest(:most - waiting.n, 0) FOR UPDATE SKIP LOCKED) due
                         WHERE l.location_type = 'LONG_TERM_ARCHIVE'
                           AND l.active AND s.active
                        """)
                .bind("oldest", oldest.toMillis() / 1000.0)
                .bind("most", perArchive)
                .map((row, context) ->
                        new OperationStore.NewOperation(row.getLong("id"), row.getLong("location"), priority))
                .list();
    }

    /** Which operation is to read which of these copies. */
    static List<Uses.Intent> live(Handle tx, List<Long> copies) {
        return tx.createQuery("""
                        SELECT id, physical_copy_id FROM operation
                         WHERE subject_id = ANY (:copies) AND type = :type AND status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                        """)
                .bindArray("copies", Long.class, copies)
                .bind("type", VerificationWorker.TYPE.name())
                .map((row, context) -> new Uses.Intent(row.getLong("id"), row.getLong("physical_copy_id")))
                .list();
    }

    /** A copy to read: {@code sizeBytes} as registered. */
    record ToVerify(
            long copyId,
            long locationId,
            String packageName,
            String path,
            CopyState state,
            long sizeBytes,
            Checksum checksum) {}

    /** Empty when there is no more reason to read it. */
    static Optional<ToVerify> toVerify(Handle db, long copyId) {
        return db.createQuery("""
                        SELECT c.id, c.data_location_id, p.name, c.path, c.state, c.size_bytes, c.checksum
                          FROM physical_copy c JOIN raw_data_package p ON p.id = c.raw_data_package_id
                         WHERE c.id = :id AND c.state IN ('PRESENT', 'SUSPECT')
                        """)
                .bind("id", copyId)
                .map((row, context) -> new ToVerify(
                        row.getLong("id"),
                        row.getLong("data_location_id"),
                        row.getString("name"),
                        row.getString("path"),
                        CopyState.valueOf(row.getString("state")),
                        row.getLong("size_bytes"),
                        Checksum.parse(row.getString("checksum"))))
                .findOne();
    }
}
