package chasqui.deletion;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Explains without deleting: which copies would go now, and why the others would not. */
public final class DeletionPlan {
    private final Jdbi database;
    private final Proofs proofs;

    public DeletionPlan(Jdbi database, DeletionSettings settings) {
        this.database = database;
        this.proofs = new Proofs(settings);
    }

    /**
     * One copy and what would become of it.
     *
     * @param rule null where no rule fits
     * @param reasons why it stays; empty if, and only if, it would go
     */
    public record Explained(
            long copyId, String path, long sizeBytes, String state, DeletionRule rule, List<String> reasons) {
        public boolean wouldGo() {
            return reasons.isEmpty();
        }
    }

    /**
     * @param location {@code site/name}
     * @param limit most copies to explain, 1 to 1,000
     * @return the oldest copies at that location that are not on their way out, oldest first
     * @throws IllegalArgumentException the limit is out of range
     */
    public List<Explained> explain(String location, int limit) {
        if (limit < 1 || limit > 1_000) {
            throw new IllegalArgumentException("explains 1 to 1000 copies, not " + limit);
        }
        return database.inTransaction(db -> {
            List<Explained> copies = oldest(db, location, limit);
            Map<Long, Decision> decisions = new HashMap<>();
            proofs.decide(db, copies.stream().map(Explained::copyId).toList(), false)
                    .forEach(decision -> decisions.put(decision.copyId(), decision));
            return copies.stream()
                    .map(copy -> explained(copy, decisions.get(copy.copyId())))
                    .toList();
        });
    }

    private static List<Explained> oldest(Handle db, String location, int limit) {
        return db.createQuery("""
                        SELECT c.id, c.path, c.size_bytes, c.state
                          FROM physical_copy c
                          JOIN data_location l ON l.id = c.data_location_id
                          JOIN site s ON s.id = l.site_id
                         WHERE s.short_name || '/' || l.name = :location
                           AND c.state NOT IN ('DELETED', 'DELETION_SCHEDULED', 'DELETION_IN_PROGRESS')
                         ORDER BY c.created_at, c.id LIMIT :limit
                        """)
                .bind("location", location)
                .bind("limit", limit)
                .map((row, context) -> new Explained(
                        row.getLong("id"),
                        row.getString("path"),
                        row.getLong("size_bytes"),
                        row.getString("state"),
                        null,
                        List.of()))
                .list();
    }

    private static Explained explained(Explained copy, Decision decision) {
        return new Explained(
                copy.copyId(), copy.path(), copy.sizeBytes(), copy.state(), decision.rule(), decision.reasons());
    }
}
