package chasqui.catalogue;

import chasqui.pipeline.CopyState;
import chasqui.pipeline.StateChanges;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Physical copies: where the bytes of a file or package lie, and in what state. */
public final class Copies {
    private Copies() {}

    /**
     * Records a copy that exists.
     *
     * @return its id
     */
    public static long add(Handle tx, NewCopy copy) {
        return tx.createQuery("""
                        INSERT INTO physical_copy (<subject>, data_location_id, path, state, size_bytes, checksum,
                                                   modified_at, modified_nanos, file_key, verified_at)
                        VALUES (:subjectId, :location, :path, :state, :size, :checksum,
                                :modified, :nanos, :fileKey, CASE WHEN :verified THEN clock_timestamp() END)
                        RETURNING id
                        """)
                .define("subject", copy.of().column())
                .bind("subjectId", copy.subjectId())
                .bind("location", copy.dataLocationId())
                .bind("path", copy.path())
                .bind("state", copy.state().name())
                .bind("size", copy.sizeBytes())
                .bind("checksum", copy.checksum())
                .bind(
                        "modified",
                        copy.modified() == null
                                ? null
                                // Not rounded: the second must stay the one that the nanoseconds belong to.
                                : copy.modified()
                                        .truncatedTo(java.time.temporal.ChronoUnit.MICROS)
                                        .atOffset(java.time.ZoneOffset.UTC))
                .bind("nanos", copy.modified() == null ? null : copy.modified().getNano())
                .bind("fileKey", copy.fileKey())
                .bind("verified", copy.verified())
                .mapTo(Long.class)
                .one();
    }

    /**
     * Changes the state of copies.
     *
     * @param copies ids; may be empty
     * @return how many stood in {@code from}; the others are untouched
     * @throws chasqui.pipeline.IllegalStateChange the change is not in the table
     */
    public static int change(Handle tx, List<Long> copies, CopyState from, CopyState to) {
        StateChanges.require(from, to);
        if (copies.isEmpty()) {
            return 0;
        }
        return tx.createUpdate("""
                        UPDATE physical_copy
                           SET state = :to::copy_state,
                               deleted_at = CASE WHEN :to = 'DELETED' THEN clock_timestamp() ELSE deleted_at END
                         WHERE id = ANY (:copies) AND state = :from::copy_state
                        """)
                .bind("to", to.name())
                .bind("from", from.name())
                .bindArray("copies", Long.class, copies)
                .execute();
    }
}
