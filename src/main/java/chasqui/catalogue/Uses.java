package chasqui.catalogue;

import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Uses: a copy that anyone intends to read is not deleted. A use is written when the intent is born and removed only
 * when the intent has ended; between attempts it stays.
 */
public final class Uses {
    private Uses() {}

    /** One intent and the copy it will read. */
    public record Intent(long byId, long copyId) {}

    /**
     * Writes uses, of those copies only that can still be read: each copy's row is locked against a deletion, and one
     * that is not PRESENT, STAGED or DELETION_POSSIBLE gets none.
     *
     * @param intents may be empty
     * @return the {@code byId}s whose copy is protected from here on, unsorted
     */
    public static List<Long> add(Handle tx, UseBy by, List<Intent> intents) {
        if (intents.isEmpty()) {
            return List.of();
        }
        return tx.createQuery("""
                        WITH readable AS (
                            SELECT id FROM physical_copy
                             WHERE id = ANY (:copies) AND state IN ('PRESENT', 'STAGED', 'DELETION_POSSIBLE')
                             ORDER BY id FOR SHARE)
                        INSERT INTO copy_use (physical_copy_id, <by>)
                        SELECT wanted.copy_id, wanted.by_id
                          FROM unnest(:copies, :bys) AS wanted (copy_id, by_id)
                          JOIN readable ON readable.id = wanted.copy_id
                        ON CONFLICT (<by>, physical_copy_id) WHERE <by> IS NOT NULL
                        DO UPDATE SET since = copy_use.since
                        RETURNING <by>
                        """)
                .define("by", by.column())
                .bindArray(
                        "copies",
                        Long.class,
                        intents.stream().map(Intent::copyId).toList())
                .bindArray("bys", Long.class, intents.stream().map(Intent::byId).toList())
                .mapTo(Long.class)
                .list();
    }

    /**
     * As {@link #add}, and what the protected intents used before is no longer used by them.
     *
     * @return the {@code byId}s whose copy is protected from here on; the others keep what they had
     */
    public static List<Long> move(Handle tx, UseBy by, List<Intent> intents) {
        Set<Long> safe = Set.copyOf(add(tx, by, intents));
        List<Intent> moved =
                intents.stream().filter(intent -> safe.contains(intent.byId())).toList();
        if (!moved.isEmpty()) {
            tx.createUpdate("""
                            DELETE FROM copy_use u
                             USING unnest(:bys, :copies) AS wanted (by_id, copy_id)
                             WHERE u.<by> = wanted.by_id AND u.physical_copy_id <> wanted.copy_id
                            """)
                    .define("by", by.column())
                    .bindArray(
                            "bys", Long.class, moved.stream().map(Intent::byId).toList())
                    .bindArray(
                            "copies",
                            Long.class,
                            moved.stream().map(Intent::copyId).toList())
                    .execute();
        }
        return List.copyOf(safe);
    }

    /** Ends all uses of these intents; repeating it changes nothing. */
    public static void release(Handle tx, UseBy by, List<Long> byIds) {
        tx.createUpdate("DELETE FROM copy_use WHERE <by> = ANY (:ids)")
                .define("by", by.column())
                .bindArray("ids", Long.class, byIds)
                .execute();
    }
}
