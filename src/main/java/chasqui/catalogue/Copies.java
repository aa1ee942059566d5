package chasqui.catalogue;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.StateChanges;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Physical copies: where the bytes of a file or package lie, and in what state. */
public final class Copies {
    private Copies() {}

    /** Whether any copy that was not deleted is registered at a location. */
    public static boolean anyAt(Jdbi database, long dataLocationId) {
        return database.withHandle(db -> db.createQuery("""
                        SELECT EXISTS (SELECT FROM physical_copy WHERE data_location_id = :location AND state <> 'DELETED')
                        """)
                .bind("location", dataLocationId)
                .mapTo(Boolean.class)
                .one());
    }

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
                .bind("modified", microseconds(copy.modified()))
                .bind("nanos", copy.modified() == null ? null : copy.modified().getNano())
                .bind("fileKey", copy.fileKey())
                .bind("verified", copy.verified())
                .mapTo(Long.class)
                .one();
    }

    /**
     * Records a copy that exists; where a live copy of the same thing at the same location is recorded already, that one
     * is PRESENT again and gets these facts.
     *
     * @return its id
     * @throws ChasquiException (platform, retryable) that copy is being deleted: try again when it is gone
     */
    public static long addOrRenew(Handle tx, NewCopy copy) {
        Optional<Live> live = tx.createQuery("""
                        SELECT id, state FROM physical_copy
                         WHERE <subject> = :subjectId AND data_location_id = :location AND state <> 'DELETED' FOR UPDATE
                        """)
                .define("subject", copy.of().column())
                .bind("subjectId", copy.subjectId())
                .bind("location", copy.dataLocationId())
                .map((row, context) -> new Live(row.getLong("id"), CopyState.valueOf(row.getString("state"))))
                .findOne();
        if (live.isEmpty()) {
            return add(tx, copy);
        }
        long id = live.get().id();
        CopyState state = live.get().state();
        if (state == CopyState.DELETION_IN_PROGRESS || state == CopyState.DELETION_FAILED) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    "physical copy " + id + " (" + copy.path() + ") is being deleted; trying again when it is gone");
        }
        if (state != CopyState.PRESENT) {
            change(tx, List.of(id), state, CopyState.PRESENT);
        }
        tx.createUpdate("""
                        UPDATE physical_copy
                           SET path = :path, size_bytes = :size, checksum = :checksum, modified_at = :modified,
                               modified_nanos = :nanos, file_key = :fileKey,
                               verified_at = CASE WHEN :verified THEN clock_timestamp() ELSE verified_at END
                         WHERE id = :id
                        """)
                .bind("path", copy.path())
                .bind("size", copy.sizeBytes())
                .bind("checksum", copy.checksum())
                .bind("modified", microseconds(copy.modified()))
                .bind("nanos", copy.modified() == null ? null : copy.modified().getNano())
                .bind("fileKey", copy.fileKey())
                .bind("verified", copy.verified())
                .bind("id", id)
                .execute();
        return id;
    }

    private record Live(long id, CopyState state) {}

    /** Cut, not rounded: the second must stay the one that the nanoseconds belong to. */
    private static OffsetDateTime microseconds(Instant modified) {
        return modified == null ? null : modified.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
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
