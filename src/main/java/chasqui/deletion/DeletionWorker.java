package chasqui.deletion;

import chasqui.catalogue.Copies;
import chasqui.catalogue.CopyOf;
import chasqui.catalogue.Subjects;
import chasqui.deletion.DeletionRepository.Claimed;
import chasqui.notification.Notifications;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.WorkStatus;
import chasqui.storage.RelativePath;
import chasqui.storage.WorkInterrupted;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what one claimed batch has proofs for, and records all outcomes in one transaction at the end. One bad victim
 * does not stop the batch; a location that cannot be used does, and nothing is lost by it.
 */
public final class DeletionWorker {
    private static final Logger log = LoggerFactory.getLogger(DeletionWorker.class);
    private static final int MOST_NAMED = 5;

    private final Jdbi database;
    private final OperationStore operations;
    private final Locations locations;
    private final DeletionSettings settings;

    public DeletionWorker(Jdbi database, OperationStore operations, Locations locations, DeletionSettings settings) {
        this.database = database;
        this.operations = operations;
        this.locations = locations;
        this.settings = settings;
    }

    /**
     * Does one deletion operation to its end. Repeating it after a crash is harmless: what is gone counts as done.
     *
     * @throws ChasquiException (location, retryable) the root is not there or not writable
     */
    public void work(Lease lease) throws Exception {
        long batch = lease.operation().subjectId();
        DataLocation place = locations.byId(lease.operation().dataLocationId());
        List<Claimed> claimed = database.withHandle(db -> DeletionRepository.claimed(db, batch));
        DeletionGround ground = new DeletionGround(place.label(), place.root());
        List<Outcome> outcomes = claimed.isEmpty() ? List.of() : delete(lease, place, ground, claimed);
        operations.complete(lease, tx -> record(tx, batch, place, claimed, outcomes));
    }

    private List<Outcome> delete(Lease lease, DataLocation place, DeletionGround ground, List<Claimed> claimed)
            throws IOException {
        long bytes = claimed.stream()
                .mapToLong(one -> one.proof().victim().sizeBytes())
                .sum();
        lease.phase("deleting", bytes, settings.stall());
        Path outgoing = ground.requireUsable();
        EmptyFolders empty = new EmptyFolders(ground.root());
        List<Outcome> outcomes = new ArrayList<>();
        for (Claimed one : claimed) {
            lease.requireHeld();
            Outcome outcome = settle(lease, ground, outgoing, one);
            outcomes.add(outcome);
            Victim victim = one.proof().victim();
            if (outcome.gone()) {
                if (place.type() == LocationType.SOURCE) {
                    empty.lost(new RelativePath(victim.path()).under(ground.root()));
                }
            } else {
                log.warn("{}: copy {} stays: {}", lease, victim.copyId(), outcome.message());
            }
        }
        if (settings.emptyFolders()) {
            empty.remove();
        }
        return outcomes;
    }

    private Outcome settle(Lease lease, DeletionGround ground, Path outgoing, Claimed one) throws IOException {
        Victim victim = one.proof().victim();
        try {
            return one.proof().rule() == DeletionRule.STAGED_PACKAGE
                    ? tree(lease, ground, outgoing, one)
                    : file(lease, ground, one);
        } catch (ChasquiException ours) {
            throw ours;
        } catch (IOException | RuntimeException failure) {
            if (failure instanceof WorkInterrupted || Thread.currentThread().isInterrupted()) {
                throw failure;
            }
            // When the location itself is to blame, this throws and the batch is repeated.
            ground.requireUsable();
            return new Outcome(victim.copyId(), Outcome.What.FAILED, describe(victim, failure));
        }
    }

    private static Outcome file(Lease lease, DeletionGround ground, Claimed one) throws IOException {
        Victim victim = one.proof().victim();
        FileRemoval removal = new FileRemoval(ground);
        Outcome outcome = one.lookOnly() == null ? removal.remove(victim) : removal.look(victim, fallen(one));
        lease.advance(outcome.gone() ? victim.sizeBytes() : 0);
        return outcome;
    }

    private Outcome tree(Lease lease, DeletionGround ground, Path outgoing, Claimed one) throws IOException {
        Victim victim = one.proof().victim();
        Map<String, ExpectedFile> expected =
                database.withHandle(db -> DeletionRepository.expectedFiles(db, victim.subjectId()));
        TreeRemoval removal = new TreeRemoval(ground, outgoing, victim, expected);
        return one.lookOnly() == null ? removal.remove(lease::advance) : removal.look(fallen(one));
    }

    private static String fallen(Claimed one) {
        return "an earlier attempt began to delete it, but its proof holds no longer: " + one.lookOnly();
    }

    private static String describe(Victim victim, Exception failure) {
        return victim.location() + "/" + victim.path() + ": " + failure;
    }

    private static void record(
            Handle tx, long batch, DataLocation place, List<Claimed> claimed, List<Outcome> outcomes) {
        List<Long> gone =
                outcomes.stream().filter(Outcome::gone).map(Outcome::copyId).toList();
        List<Outcome> left = outcomes.stream().filter(one -> !one.gone()).toList();
        Copies.change(tx, gone, CopyState.DELETION_IN_PROGRESS, CopyState.DELETED);
        Copies.change(
                tx,
                left.stream().map(Outcome::copyId).toList(),
                CopyState.DELETION_IN_PROGRESS,
                CopyState.DELETION_FAILED);
        DeletionRepository.settle(tx, batch, outcomes);
        if (place.type() == LocationType.BUFFER) {
            DeletionRepository.sourceFilesPossible(
                    tx,
                    claimed.stream()
                            .map(one -> one.proof().victim())
                            .filter(victim -> victim.of() == CopyOf.RAW_DATA_PACKAGE && gone.contains(victim.copyId()))
                            .map(Victim::subjectId)
                            .toList());
        }
        Subjects.DELETION_BATCH.change(tx, batch, WorkStatus.IN_PROGRESS, WorkStatus.COMPLETED);
        DeletionRepository.finished(tx, batch);
        if (!left.isEmpty()) {
            tell(tx, place, left);
        }
    }

    private static void tell(Handle tx, DataLocation place, List<Outcome> left) {
        String named = String.join(
                " | ", left.stream().limit(MOST_NAMED).map(Outcome::message).toList());
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "deletion-failed:" + place.label(),
                left.size() + " copies at " + place.label() + " could not be deleted and are left alone: " + named,
                "Look at these files: chasqui trace shows the proof and the outcome of each. Nothing was lost.");
    }
}
