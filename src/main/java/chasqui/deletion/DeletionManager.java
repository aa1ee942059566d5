package chasqui.deletion;

import chasqui.catalogue.Copies;
import chasqui.deletion.Candidates.Candidate;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationStore.NewOperation;
import chasqui.pipeline.OperationType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds copies that policy no longer needs, oldest first, proves it, and records one batch per location. A location
 * with a batch still open gets none.
 */
public final class DeletionManager {
    static final OperationType DELETION = new OperationType("deletion");
    private static final Logger log = LoggerFactory.getLogger(DeletionManager.class);
    /** Deletion frees space, but nobody waits for it. */
    private static final int PRIORITY = 200;
    /** Packages that the proofs of one batch may name, so that a batch always fits in memory. */
    private static final long HEAVIEST_BATCH = 10_000;

    private final Jdbi database;
    private final DeletionSettings settings;
    private final Proofs proofs;

    public DeletionManager(Jdbi database, DeletionSettings settings) {
        this.database = database;
        this.settings = settings;
        this.proofs = new Proofs(settings);
    }

    /**
     * One round in one transaction, with a bounded number of statements whatever the number of copies.
     *
     * @return operations recorded; always 0 when deletion is switched off
     */
    public int findWork() {
        return settings.enabled() ? database.inTransaction(this::findWork) : 0;
    }

    private int findWork(Handle tx) {
        DeletionRepository.Places idle = DeletionRepository.lockIdlePlaces(tx);
        if (idle.isEmpty()) {
            return 0;
        }
        Candidates candidates = new Candidates(tx, settings);
        List<Candidate> found = new ArrayList<>(candidates.files(idle.sources()));
        found.addAll(candidates.packages(idle.buffers()));
        found.addAll(candidates.transferPackages(idle.buffers()));
        found.addAll(candidates.trees(idle.processing()));
        List<DeletionProof> proven = prove(tx, withinBatches(found));
        return proven.isEmpty() ? 0 : schedule(tx, proven);
    }

    private List<Long> withinBatches(List<Candidate> found) {
        Map<Long, Integer> count = new HashMap<>();
        Map<Long, Long> weight = new HashMap<>();
        List<Long> chosen = new ArrayList<>();
        for (Candidate candidate : found) {
            boolean first = !count.containsKey(candidate.location());
            long heavier = weight.getOrDefault(candidate.location(), 0L) + candidate.weight();
            int more = count.getOrDefault(candidate.location(), 0) + 1;
            if (first || more <= settings.batch() && heavier <= HEAVIEST_BATCH) {
                count.put(candidate.location(), more);
                weight.put(candidate.location(), heavier);
                chosen.add(candidate.copy());
            }
        }
        return chosen;
    }

    private List<DeletionProof> prove(Handle tx, List<Long> copies) {
        List<DeletionProof> proven = new ArrayList<>();
        for (Decision decision : proofs.make(tx, copies, false)) {
            if (decision.mayGo()) {
                proven.add(decision.proof());
            } else {
                log.info("copy {} stays: {}", decision.copyId(), decision.why());
            }
        }
        return proven;
    }

    private static int schedule(Handle tx, List<DeletionProof> proven) {
        Map<Long, Long> batches = DeletionRepository.insertBatches(
                tx,
                proven.stream()
                        .map(proof -> proof.victim().locationId())
                        .distinct()
                        .toList());
        DeletionRepository.insertEvidence(tx, batches, proven);
        for (CopyState before : List.of(CopyState.DELETION_POSSIBLE, CopyState.PRESENT, CopyState.STAGED)) {
            List<Long> copies = proven.stream()
                    .filter(proof -> proof.rule().before() == before)
                    .map(proof -> proof.victim().copyId())
                    .toList();
            Copies.change(tx, copies, before, CopyState.DELETION_SCHEDULED);
        }
        return OperationStore.create(
                tx,
                DELETION,
                "deletion_batch_id",
                batches.entrySet().stream()
                        .map(batch -> new NewOperation(batch.getValue(), batch.getKey(), PRIORITY))
                        .toList());
    }
}
