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

    /** The same, of bytes that an operation read when it was done. */
    public static void ofWork(
            Handle tx, long copyId, Finished work, ReadMode mode, String expected, String found, String node) {
        Instant when = work.ago().isZero()
                ? null
                : tx.createQuery("SELECT clock_timestamp() - make_interval(secs => :ago)")
                        .bind("ago", work.ago().toMillis() / 1000.0)
                        .mapTo(Instant.class)
                        .one();
        record(tx, copyId, work.id(), mode, expected, found, node, when);
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
                        UPDATE physical_copy c SET verified_at = result.verified_at
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
