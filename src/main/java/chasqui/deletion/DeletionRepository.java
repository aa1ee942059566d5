package chasqui.deletion;

import chasqui.catalogue.Copies;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.StateChanges;
import chasqui.topology.LocationType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Batches of deletions, their evidence and their outcomes. */
final class DeletionRepository {
    private DeletionRepository() {}

    /** Ids of locations. */
    record Places(List<Long> sources, List<Long> buffers, List<Long> processing) {
        boolean isEmpty() {
            return sources.isEmpty() && buffers.isEmpty() && processing.isEmpty();
        }
    }

    /** Locks the places that have no open batch; a place that another manager looks at is left to it. */
    static Places lockIdlePlaces(Handle tx) {
        Map<LocationType, List<Long>> byType = new HashMap<>();
        tx.createQuery("""
                        SELECT l.id, l.location_type
                          FROM data_location l JOIN site s ON s.id = l.site_id
                         WHERE l.active AND s.active AND l.storage_type = 'DISK' AND l.location_type <> 'LONG_TERM_ARCHIVE'
                           AND NOT EXISTS (SELECT FROM deletion_batch b
                                            WHERE b.data_location_id = l.id
                                              AND b.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS'))
                         ORDER BY l.id FOR NO KEY UPDATE OF l SKIP LOCKED
                        """)
                .map((row, context) -> byType.computeIfAbsent(
                                LocationType.valueOf(row.getString("location_type")),
                                type -> new java.util.ArrayList<>())
                        .add(row.getLong("id")))
                .list();
        return new Places(
                byType.getOrDefault(LocationType.SOURCE, List.of()),
                byType.getOrDefault(LocationType.BUFFER, List.of()),
                byType.getOrDefault(LocationType.PROCESSING, List.of()));
    }

    /** One batch per location; returns the batch of each location. */
    static Map<Long, Long> insertBatches(Handle tx, List<Long> locations) {
        Map<Long, Long> batches = new HashMap<>();
        tx.createQuery("""
                        INSERT INTO deletion_batch (data_location_id) SELECT l FROM unnest(:locations) AS l ORDER BY l
                        RETURNING id, data_location_id
                        """)
                .bindArray("locations", Long.class, locations)
                .map((row, context) -> batches.put(row.getLong("data_location_id"), row.getLong("id")))
                .list();
        return batches;
    }

    static void insertEvidence(Handle tx, Map<Long, Long> batches, List<DeletionProof> proofs) {
        tx.createUpdate("""
                        INSERT INTO deletion_evidence (deletion_batch_id, physical_copy_id, rule, evidence)
                        SELECT batch, copy, rule, proof::jsonb
                          FROM unnest(:batches, :copies, :rules, :proofs) AS made (batch, copy, rule, proof)
                        """)
                .bindArray(
                        "batches",
                        Long.class,
                        proofs.stream()
                                .map(proof -> batches.get(proof.victim().locationId()))
                                .toList())
                .bindArray("copies", Long.class, copies(proofs))
                .bindArray(
                        "rules",
                        String.class,
                        proofs.stream().map(proof -> proof.rule().name()).toList())
                .bindArray(
                        "proofs",
                        String.class,
                        proofs.stream().map(DeletionProof::json).toList())
                .execute();
    }

    /** Proofs made again replace those made before; what is to be looked for only is told so no longer. */
    static void renewEvidence(Handle tx, long batch, List<DeletionProof> proofs) {
        tx.createUpdate("""
                        UPDATE deletion_evidence e
                           SET evidence = made.proof::jsonb, decided_at = clock_timestamp(), message = NULL
                          FROM unnest(:copies, :proofs) AS made (copy, proof)
                         WHERE e.deletion_batch_id = :batch AND e.physical_copy_id = made.copy
                        """)
                .bind("batch", batch)
                .bindArray("copies", Long.class, copies(proofs))
                .bindArray(
                        "proofs",
                        String.class,
                        proofs.stream().map(DeletionProof::json).toList())
                .execute();
    }

    static void refuse(Handle tx, long batch, List<Decision> refused) {
        settle(
                tx,
                batch,
                refused.stream()
                        .map(no -> new Outcome(no.copyId(), Outcome.What.REFUSED, no.why()))
                        .toList());
    }

    /** Their deletion had begun when the proof fell: they are looked for, and not touched if they are there. */
    static void onlyLook(Handle tx, long batch, List<Decision> refused) {
        tx.createUpdate("""
                        UPDATE deletion_evidence e SET message = no.why
                          FROM unnest(:copies, :whys) AS no (copy, why)
                         WHERE e.deletion_batch_id = :batch AND e.physical_copy_id = no.copy
                        """)
                .bind("batch", batch)
                .bindArray(
                        "copies",
                        Long.class,
                        refused.stream().map(Decision::copyId).toList())
                .bindArray(
                        "whys",
                        String.class,
                        refused.stream().map(Decision::why).toList())
                .execute();
    }

    static void settle(Handle tx, long batch, List<Outcome> outcomes) {
        tx.createUpdate("""
                        UPDATE deletion_evidence e
                           SET outcome = done.outcome, message = done.message, finished_at = clock_timestamp()
                          FROM unnest(:copies, :outcomes, :messages) AS done (copy, outcome, message)
                         WHERE e.deletion_batch_id = :batch AND e.physical_copy_id = done.copy
                        """)
                .bind("batch", batch)
                .bindArray(
                        "copies",
                        Long.class,
                        outcomes.stream().map(Outcome::copyId).toList())
                .bindArray(
                        "outcomes",
                        String.class,
                        outcomes.stream().map(done -> done.what().name()).toList())
                .bindArray(
                        "messages",
                        String.class,
                        outcomes.stream().map(Outcome::message).toList())
                .execute();
    }

    /** A copy of a batch that is not settled yet. */
    record Open(long copyId, CopyState state, DeletionRule rule) {}

    static List<Open> open(Handle tx, long batch) {
        return tx.createQuery("""
                        SELECT c.id, c.state, e.rule
                          FROM deletion_evidence e JOIN physical_copy c ON c.id = e.physical_copy_id
                         WHERE e.deletion_batch_id = :batch AND e.outcome IS NULL ORDER BY c.id
                        """)
                .bind("batch", batch)
                .map((row, context) -> new Open(
                        row.getLong("id"),
                        CopyState.valueOf(row.getString("state")),
                        DeletionRule.valueOf(row.getString("rule"))))
                .list();
    }

    /**
     * A deletion to do.
     *
     * @param lookOnly why it must not be done if the file is still there, or null
     */
    record Claimed(DeletionProof proof, String lookOnly) {}

    static List<Claimed> claimed(Handle db, long batch) {
        return db.createQuery("""
                        SELECT e.evidence, e.message
                          FROM deletion_evidence e JOIN physical_copy c ON c.id = e.physical_copy_id
                         WHERE e.deletion_batch_id = :batch AND e.outcome IS NULL AND c.state = 'DELETION_IN_PROGRESS'
                         ORDER BY e.id
                        """)
                .bind("batch", batch)
                .map((row, context) ->
                        new Claimed(DeletionProof.parse(row.getString("evidence")), row.getString("message")))
                .list();
    }

    static void finished(Handle tx, long batch) {
        tx.createUpdate("UPDATE deletion_batch SET completed_at = clock_timestamp() WHERE id = :batch")
                .bind("batch", batch)
                .execute();
    }

    /** Copies go back to where they came from, each rule's to its own state. */
    static void giveBack(Handle tx, List<Open> copies) {
        for (CopyState before : List.of(CopyState.DELETION_POSSIBLE, CopyState.PRESENT, CopyState.STAGED)) {
            List<Long> back = copies.stream()
                    .filter(copy -> copy.state() == CopyState.DELETION_SCHEDULED
                            && copy.rule().before() == before)
                    .map(Open::copyId)
                    .toList();
            Copies.change(tx, back, CopyState.DELETION_SCHEDULED, before);
        }
    }

    /**
     * Raw data files whose package has left the last buffer of their site may be deleted from now on, in one statement
     * however many they are.
     */
    static void sourceFilesPossible(Handle tx, List<Long> packages) {
        StateChanges.require(CopyState.PRESENT, CopyState.DELETION_POSSIBLE);
        if (packages.isEmpty()) {
            return;
        }
        tx.createUpdate("""
                        UPDATE physical_copy c SET state = 'DELETION_POSSIBLE'
                          FROM raw_data_file f
                          JOIN raw_data_package p ON p.id = f.raw_data_package_id
                          JOIN data_location o ON o.id = f.source_location_id
                         WHERE p.id = ANY (:packages) AND c.raw_data_file_id = f.id AND c.data_location_id = o.id
                           AND c.state = 'PRESENT'
                           AND NOT EXISTS (SELECT FROM physical_copy b JOIN data_location l ON l.id = b.data_location_id
                                            WHERE b.raw_data_package_id = p.id AND b.state <> 'DELETED'
                                              AND l.location_type = 'BUFFER' AND l.site_id = o.site_id)
                        """).bindArray("packages", Long.class, packages).execute();
    }

    /** What Chasqui wrote into a staged tree: the files of its package, by encoded path. */
    static Map<String, ExpectedFile> expectedFiles(Handle db, long packageId) {
        Map<String, ExpectedFile> expected = new HashMap<>();
        db.createQuery("""
                        SELECT path, kind, size_bytes, modified_at FROM raw_data_file WHERE raw_data_package_id = :package
                        """)
                .bind("package", packageId)
                .map((row, context) -> expected.put(row.getString("path"), ExpectedFile.of(row)))
                .list();
        return expected;
    }

    private static List<Long> copies(List<DeletionProof> proofs) {
        return proofs.stream().map(proof -> proof.victim().copyId()).toList();
    }
}
