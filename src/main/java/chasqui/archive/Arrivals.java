package chasqui.archive;

import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.OperationStore.NewOperation;
import chasqui.pipeline.WorkStatus;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The statements about packages that data transfers bring straight to an archive. */
final class Arrivals {
    private Arrivals() {}

    /**
     * Ends transfers of packages that their archive has by now from elsewhere, proven: what they brought is not needed. One
     * whose copy there is not good says that it waits for it.
     */
    static void endNeedless(Handle tx, int limit) {
        List<Needless> found = tx.createQuery("""
                        SELECT t.id, l.id AS archive_id, c.id AS copy_id, coalesce(c.state = 'PRESENT', false) AS good,
                               'the copy in ' || s.short_name || '/' || l.name || ', which is '
                               || coalesce(c.state::text, 'DELETED') AS waits_for
                          FROM data_transfer t
                          JOIN data_location l ON l.id = t.destination_location_id AND l.location_type = 'LONG_TERM_ARCHIVE'
                          JOIN site s ON s.id = l.site_id
                          LEFT JOIN long_term_archive_transfer a ON a.raw_data_package_id = t.raw_data_package_id
                                                                AND a.data_location_id = l.id
                          LEFT JOIN physical_copy c ON c.raw_data_package_id = t.raw_data_package_id
                                                   AND c.data_location_id = l.id AND c.state <> 'DELETED'
                         WHERE t.status = 'PENDING' AND t.sent_at IS NOT NULL AND t.raw_data_package_id IS NOT NULL
                           AND CASE WHEN c.state = 'PRESENT' THEN coalesce(a.status = 'COMPLETED', true)
                                    ELSE a.status = 'COMPLETED'
                                         AND t.waits_for IS DISTINCT FROM 'the copy in ' || s.short_name || '/' || l.name
                                                                          || ', which is ' || coalesce(c.state::text, 'DELETED')
                                    END
                         ORDER BY t.id LIMIT :limit FOR UPDATE OF t SKIP LOCKED
                        """)
                .bind("limit", limit)
                .map((row, context) -> new Needless(
                        row.getLong("id"),
                        row.getLong("archive_id"),
                        row.getLong("copy_id"),
                        row.getBoolean("good"),
                        row.getString("waits_for")))
                .list();
        for (Needless one : found) {
            if (one.good()) {
                Subjects.DATA_TRANSFER.change(tx, one.transferId(), WorkStatus.PENDING, WorkStatus.IN_PROGRESS);
                completed(tx, one.transferId(), one.archiveId(), one.copyId());
            } else {
                tx.createUpdate("UPDATE data_transfer SET waits_for = :waitsFor WHERE id = :id")
                        .bind("waitsFor", one.waitsFor())
                        .bind("id", one.transferId())
                        .execute();
            }
        }
    }

    private record Needless(long transferId, long archiveId, long copyId, boolean good, String waitsFor) {}

    /** Locks transfers whose bytes have arrived, and records for each the way into its archive that is left to go. */
    static List<NewOperation> lock(Handle tx, int limit) {
        List<Arrived> arrived = tx.createQuery("""
                        WITH arrived AS (
                            SELECT t.id, t.raw_data_package_id, t.destination_location_id
                              FROM data_transfer t JOIN data_location l ON l.id = t.destination_location_id
                             WHERE t.status = 'PENDING' AND t.sent_at IS NOT NULL AND t.raw_data_package_id IS NOT NULL
                               AND l.location_type = 'LONG_TERM_ARCHIVE'
                               AND NOT EXISTS (SELECT FROM long_term_archive_transfer a
                                                WHERE a.raw_data_package_id = t.raw_data_package_id
                                                  AND a.data_location_id = t.destination_location_id
                                                  AND a.status NOT IN ('PENDING', 'FAILED'))
                             ORDER BY t.id LIMIT :limit FOR UPDATE OF t SKIP LOCKED),
                        way AS (
                            INSERT INTO long_term_archive_transfer (raw_data_package_id, data_location_id, origin_location_id,
                                                                    data_transfer_id)
                            SELECT raw_data_package_id, destination_location_id, destination_location_id, id FROM arrived
                            ON CONFLICT (raw_data_package_id, data_location_id) DO UPDATE
                               SET data_transfer_id = excluded.data_transfer_id, origin_location_id = excluded.origin_location_id,
                                   status = 'PENDING'
                             WHERE long_term_archive_transfer.status IN ('PENDING', 'FAILED')
                            RETURNING id, data_transfer_id, raw_data_package_id, data_location_id)
                        SELECT way.id, way.data_transfer_id, way.data_location_id, p.priority
                          FROM way JOIN raw_data_package p ON p.id = way.raw_data_package_id
                        """)
                .bind("limit", limit)
                .map((row, context) -> new Arrived(
                        row.getLong("data_transfer_id"),
                        new NewOperation(row.getLong("id"), row.getLong("data_location_id"), row.getInt("priority"))))
                .list();
        if (!arrived.isEmpty()) {
            Subjects.DATA_TRANSFER.change(
                    tx,
                    arrived.stream().map(Arrived::dataTransferId).toList(),
                    WorkStatus.PENDING,
                    WorkStatus.SCHEDULED);
        }
        return arrived.stream().map(Arrived::operation).toList();
    }

    private record Arrived(long dataTransferId, NewOperation operation) {}

    /** The data transfer that a way into an archive belongs to; empty when it comes from a buffer of the site. */
    static Optional<Long> dataTransfer(Handle tx, long archiveTransferId) {
        return tx.createQuery("""
                        SELECT data_transfer_id FROM long_term_archive_transfer
                         WHERE id = :id AND data_transfer_id IS NOT NULL
                        """)
                .bind("id", archiveTransferId)
                .mapTo(Long.class)
                .findOne();
    }

    /**
     * Both go back to before the bytes were sent: by which way the package comes into this archive is open again, and a
     * row left behind would keep it from coming over a buffer.
     */
    static void forgetSent(Handle tx, ToArchive work) {
        long transfer = work.arrival().dataTransferId();
        tx.createUpdate("UPDATE data_transfer SET sent_at = NULL, incoming_name = NULL WHERE id = :id")
                .bind("id", transfer)
                .execute();
        Subjects.DATA_TRANSFER.change(tx, transfer, WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
        Subjects.LONG_TERM_ARCHIVE_TRANSFER.change(tx, work.transferId(), WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
        Uses.release(tx, UseBy.LONG_TERM_ARCHIVE_TRANSFER, List.of(work.transferId()));
        tx.createUpdate("""
                        DELETE FROM long_term_archive_transfer a
                         WHERE a.id = :id
                           AND NOT EXISTS (SELECT FROM operation o WHERE o.long_term_archive_transfer_id = a.id)
                        """).bind("id", work.transferId()).execute();
    }

    /** The transfer has reached its end; what waited for a primary goes on from here. */
    static void completed(Handle tx, long transfer, long archive, long copy) {
        Subjects.DATA_TRANSFER.change(tx, transfer, WorkStatus.IN_PROGRESS, WorkStatus.COMPLETED);
        tx.createUpdate("UPDATE data_transfer SET completed_at = clock_timestamp(), waits_for = NULL WHERE id = :id")
                .bind("id", transfer)
                .execute();
        List<Long> secondaries = tx.createQuery("""
                        UPDATE data_transfer w SET waits_for = NULL, look_again_at = NULL, origin_location_id = :archive
                          FROM data_transfer t
                         WHERE t.id = :id AND t.is_primary AND w.raw_data_package_id = t.raw_data_package_id
                           AND NOT w.is_primary AND w.waits_for IS NOT NULL AND w.status NOT IN ('COMPLETED', 'CANCELLED')
                        RETURNING w.id
                        """)
                .bind("archive", archive)
                .bind("id", transfer)
                .mapTo(Long.class)
                .list();
        Uses.move(
                tx,
                UseBy.DATA_TRANSFER,
                secondaries.stream().map(id -> new Uses.Intent(id, copy)).toList());
        Uses.release(tx, UseBy.DATA_TRANSFER, List.of(transfer));
    }
}
