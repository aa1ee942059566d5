package chasqui.verification;

import java.time.Duration;
import org.jdbi.v3.core.Handle;

/** The statements about copies that their tape library says it does not have. */
final class Absences {
    private Absences() {}

    /**
     * Counts one more answer, unless it came too soon after the last one that counts.
     *
     * @return how many there are in a row
     */
    static int count(Handle tx, long copyId, Duration apart) {
        tx.createUpdate("""
                        INSERT INTO tape_absence (physical_copy_id) VALUES (:copy)
                        ON CONFLICT (physical_copy_id) DO UPDATE
                           SET answers = tape_absence.answers + 1, last_at = clock_timestamp()
                         WHERE tape_absence.last_at <= clock_timestamp() - make_interval(secs => :apart)
                        """)
                .bind("copy", copyId)
                .bind("apart", apart.toMillis() / 1000.0)
                .execute();
        return tx.createQuery("SELECT answers FROM tape_absence WHERE physical_copy_id = :copy")
                .bind("copy", copyId)
                .mapTo(Integer.class)
                .one();
    }

    /** The library said something else, or is believed. */
    static void forget(Handle tx, long copyId) {
        tx.createUpdate("DELETE FROM tape_absence WHERE physical_copy_id = :copy")
                .bind("copy", copyId)
                .execute();
    }
}
