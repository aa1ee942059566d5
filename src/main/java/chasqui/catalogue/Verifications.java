package chasqui.catalogue;

import chasqui.pipeline.Finished;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Handle;

/** Records of bytes that were read back and compared. */
public final class Verifications {
    private Verifications() {}

    /**
     * Records one comparison; a good one renews the copy's {@code verified_at}.
     *
     * @param operationId operation that read, or null
     * @param expected registered checksum, {@code algorithm:hex}
     * @param found checksum of the bytes read
     */
    public static void record(
            Handle tx, long copyId, Long operationId, ReadMode mode, String expected, String found, String node) {
        record(tx, copyId, operationId, mode, expected, found, node, null);
    }

    /**
     * The same, of bytes that an operation read under the lease that it has now, or ended with in this transaction. Dated
     * from the claim: evidence for a deletion must not look newer than its reading, however long the work waited for a
     * database, whatever the clock of its machine says, and however often that was restarted.
     */
    public static void ofWork(
            Handle tx, long copyId, Finished work, ReadMode mode, String expected, String found, String node) {
        Instant when =
                tx.createQuery("""
                        SELECT claimed_at FROM operation WHERE id = :id
                         UNION ALL SELECT claimed_at FROM operation_history WHERE id = :id
                        """).bind("id", work.id()).mapTo(Instant.class).one();
        record(tx, copyId, work.id(), mode, expected, found, node, when);
    }

    /** Whether somebody has read this copy as other bytes since that work was claimed. */
    public static boolean doubtedSince(Handle tx, long copyId, Finished work) {
        return tx.createQuery("""
                        SELECT EXISTS (SELECT FROM verification bad
                                        WHERE bad.physical_copy_id = :copy AND NOT bad.good
                                          AND bad.verified_at > (SELECT max(own.verified_at) FROM verification own
                                                                  WHERE own.physical_copy_id = :copy
                                                                    AND own.operation_id = :operation))
                        """)
                .bind("copy", copyId)
                .bind("operation", work.id())
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * The same, where the comparison was some time ago.
     *
     * @param when null: now
     */
    public static void record(
            Handle tx,
            long copyId,
            Long operationId,
            ReadMode mode,
            String expected,
            String found,
            String node,
            Instant when) {
        tx.createUpdate("""
                        WITH result AS (
                            INSERT INTO verification (physical_copy_id, operation_id, read_mode, expected, found, node, verified_at)
                            VALUES (:copy, :operation, :mode, :expected, :found, :node,
                                    coalesce(:at::timestamptz, clock_timestamp()))
                            RETURNING physical_copy_id, verified_at, good)
                        UPDATE physical_copy c
                           SET verified_at = greatest(result.verified_at,
                                   (SELECT max(v.verified_at) FROM verification v
                                     WHERE v.physical_copy_id = c.id AND v.good))
                          FROM result WHERE c.id = result.physical_copy_id AND result.good
                        """)
                .bind("copy", copyId)
                .bind("operation", operationId)
                .bind("mode", mode.name())
                .bind("expected", expected)
                .bind("found", found)
                .bind("node", node)
                .bind("at", when == null ? null : when.atOffset(ZoneOffset.UTC))
                .execute();
    }
}
