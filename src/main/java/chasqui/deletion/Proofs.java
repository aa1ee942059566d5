package chasqui.deletion;

import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Makes proofs for a batch of copies with the same number of statements whatever its size. */
final class Proofs {
    private final DeletionSettings settings;

    Proofs(DeletionSettings settings) {
        this.settings = settings;
    }

    /**
     * Locks the copies and all that may become evidence, then decides. Until the transaction ends nobody can begin to
     * read a victim, and no archived copy can come under suspicion.
     *
     * <p>A hold that commits later comes too late: whoever places one waits for this lock on the copy it names.
     *
     * @param begun the copies are scheduled for deletion or in it already
     * @return one decision per copy that exists, in order of id
     */
    List<Decision> make(Handle tx, List<Long> copies, boolean begun) {
        if (copies.isEmpty()) {
            return List.of();
        }
        lock(tx, copies);
        return decide(tx, copies, begun);
    }

    /** Decides without any lock: good for an explanation, not for a deletion. */
    List<Decision> decide(Handle db, List<Long> copies, boolean begun) {
        ArchiveSites sites = ProofFacts.archiveSites(db);
        List<VictimFacts> facts = new ProofFacts(db, copies).gather();
        OffsetDateTime now = db.createQuery("SELECT clock_timestamp()")
                .mapTo(OffsetDateTime.class)
                .one();
        DeletionPolicy policy = new DeletionPolicy(settings, sites, now.toInstant());
        return facts.stream().map(victim -> policy.decide(victim, begun)).toList();
    }

    private static void lock(Handle tx, List<Long> copies) {
        tx.createQuery("SELECT id FROM physical_copy WHERE id = ANY (:copies) ORDER BY id FOR UPDATE")
                .bindArray("copies", Long.class, copies)
                .mapTo(Long.class)
                .list();
        tx.createQuery("""
                        SELECT e.id
                          FROM physical_copy e JOIN data_location l ON l.id = e.data_location_id
                         WHERE l.location_type = 'LONG_TERM_ARCHIVE'
                           AND e.raw_data_package_id IN (
                               SELECT coalesce(c.raw_data_package_id, f.raw_data_package_id)
                                 FROM physical_copy c LEFT JOIN raw_data_file f ON f.id = c.raw_data_file_id
                                WHERE c.id = ANY (:copies)
                               UNION
                               SELECT p.id
                                 FROM physical_copy c
                                 JOIN raw_data_package p ON p.data_transfer_package_id = c.data_transfer_package_id
                                WHERE c.id = ANY (:copies))
                         ORDER BY e.id FOR SHARE OF e
                        """)
                .bindArray("copies", Long.class, copies)
                .mapTo(Long.class)
                .list();
    }
}
