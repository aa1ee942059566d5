package chasqui.transfer;

import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.WorkStatus;
import chasqui.topology.Locations;
import chasqui.topology.Topology;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Finds transfers to send, and decides from which copy, to which buffer, by which method. */
public final class TransferManager {
    /** Most transfers per round; the next round takes the others. */
    private static final int ROUND = 500;

    private final Jdbi database;
    private final Locations locations;
    private final TransferSettings settings;

    public TransferManager(Jdbi database, Locations locations, TransferSettings settings) {
        this.database = database;
        this.locations = locations;
        this.settings = settings;
    }

    /**
     * Records an operation for every transfer that can go, primaries first. A transfer without any readable copy gets
     * one too: its worker says so and fails it. One whose sites or route are switched off waits as it is.
     *
     * @return how many operations
     */
    public int findWork() {
        Topology topology = locations.refresh();
        return database.inTransaction(tx -> {
            List<Decision> decided = withProtectedSource(tx, TransferRepository.lockToSend(tx, ROUND)).stream()
                    .map(decision -> decision.by(method(topology, decision)))
                    .toList();
            if (decided.isEmpty()) {
                return 0;
            }
            TransferRepository.assign(tx, decided);
            Subjects.DATA_TRANSFER.change(
                    tx, decided.stream().map(Decision::id).toList(), WorkStatus.PENDING, WorkStatus.SCHEDULED);
            return OperationStore.create(
                    tx,
                    TransferWorker.TYPE,
                    "data_transfer_id",
                    decided.stream().map(Decision::operation).toList());
        });
    }

    private String method(Topology topology, Decision decision) {
        return MethodChoice.of(
                decision.method(),
                settings.method(),
                topology.location(decision.originLocationId()),
                topology.location(decision.destinationLocationId()),
                decision.pull());
    }

    /** Leaves out what lost its source between our look and our lock: the next round chooses another. */
    private static List<Decision> withProtectedSource(Handle tx, List<Decision> found) {
        Set<Long> safe = new HashSet<>(Uses.move(
                tx,
                UseBy.DATA_TRANSFER,
                found.stream()
                        .filter(decision -> decision.copyId() != null)
                        .map(decision -> new Uses.Intent(decision.id(), decision.copyId()))
                        .toList()));
        return found.stream()
                .filter(decision -> decision.copyId() == null || safe.contains(decision.id()))
                .toList();
    }
}
