package chasqui.staging;

import chasqui.catalogue.Copies;
import chasqui.catalogue.ReadMode;
import chasqui.catalogue.Verifications;
import chasqui.notification.Notifications;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.Effect;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.staging.TapeRecallRepository.Recall;
import chasqui.storage.DurableFiles;
import chasqui.storage.Placement;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;
import chasqui.storage.Temporaries;
import chasqui.tape.TapeAccess;
import chasqui.tape.Tapes;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Sees to it that the recall folder holds one package that is wanted, or holds it no more. */
public final class TapeRecallWorker {
    private final Jdbi database;
    private final OperationStore operations;
    private final Locations locations;
    private final Tapes tapes;
    private final NodeIdentity node;

    public TapeRecallWorker(
            Jdbi database, OperationStore operations, Locations locations, Tapes tapes, NodeIdentity node) {
        this.database = database;
        this.operations = operations;
        this.locations = locations;
        this.tapes = tapes;
        this.node = node;
    }

    /**
     * Does one recall, or removes what came back and is not needed any more.
     *
     * @throws chasqui.pipeline.NotYet the library is still writing it
     * @throws chasqui.storage.TapeFailure the library did not do what it must
     */
    public void work(Lease lease) throws IOException {
        Recall recall = database.withHandle(
                db -> TapeRecallRepository.recall(db, lease.operation().subjectId()));
        DataLocation archive = locations.byId(recall.location());
        TapeAccess tape = tapes.at(archive);
        Path file = new RelativePath(recall.path()).under(tape.recallRoot());
        if (recall.wanted()) {
            bring(lease, recall, archive, file);
        } else {
            remove(lease, recall, tape.recallRoot(), file);
        }
    }

    private void bring(Lease lease, Recall recall, DataLocation archive, Path file) throws IOException {
        TapeAccess tape = tapes.at(archive);
        try (Temporaries temporaries = tape.temporaries(recall.expected().sizeBytes(), lease)) {
            if (!tape.holds(recall.path(), lease)) {
                operations.cancel(lease, tx -> suspect(tx, lease, recall, archive, "nothing"));
                return;
            }
            Path temporary = temporaries.name("recall");
            tape.recall(recall.path(), temporary, recall.expected().sizeBytes(), lease);
            DurableFiles.makeDurable(tape.recallRoot(), temporary);
            ReadBackResult read = tape.readBack(temporary, recall.expected().sizeBytes(), lease);
            if (!read.holds(recall.expected())) {
                String found = read.sha256OrNull().toString();
                operations.cancel(lease, tx -> suspect(tx, lease, recall, archive, found));
                return;
            }
            lease.requireHeld();
            Placement placed =
                    Placement.place(tape.recallRoot(), temporary, file, recall.expected(), bytes -> lease.advance(0));
            operations.complete(lease, new Recalled(recall.copy(), archive.label(), file.toString(), placed.aside()));
        }
    }

    /** First nobody may begin to read it any more; who reads it already has it open. */
    private void remove(Lease lease, Recall recall, Path root, Path file) throws IOException {
        boolean[] given = new boolean[1];
        operations.record(lease, tx -> given[0] = TapeRecallRepository.giveUp(tx, recall.copy()));
        if (given[0] && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            DurableFiles.requireContained(root, file);
            Files.delete(file);
            DurableFiles.fsyncFolder(file.getParent());
        }
        operations.complete(lease, Effect.NONE);
    }

    /** Verification reads the tape again and decides; until then nobody stages from it. */
    private void suspect(Handle tx, Lease lease, Recall recall, DataLocation archive, String found) {
        String expected = recall.expected().sha256().toString();
        if (Copies.change(tx, List.of(recall.copy()), CopyState.PRESENT, CopyState.SUSPECT) == 1) {
            Verifications.record(
                    tx, recall.copy(), lease.operation().id(), ReadMode.REMOTE, expected, found, node.name());
        }
        Notifications.raise(
                tx,
                Notifications.Level.WARNING,
                "copy-suspect:" + recall.copy(),
                "%s: %s came back from tape as %s instead of %s; it is under suspicion and read once more"
                        .formatted(archive, recall.path(), found, expected),
                "nothing yet; staging goes on from another archive where there is one");
    }
}
