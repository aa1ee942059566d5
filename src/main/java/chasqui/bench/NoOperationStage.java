package chasqui.bench;

import chasqui.pipeline.Lease;
import chasqui.pipeline.Operation;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.StageEffects;
import chasqui.runtime.AddedStage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * A stage whose work is nothing: a manager that finds subjects by their state, operations, and a worker that completes
 * them and says so in its subject's row, in one transaction. All that it costs is the control plane.
 */
final class NoOperationStage {
    static final OperationType TYPE = new OperationType("no_operation");
    private static final int ROUND = 1000;

    private final Jdbi database;
    private final AtomicInteger done = new AtomicInteger();
    private final ConcurrentLinkedQueue<Start> starts = new ConcurrentLinkedQueue<>();

    NoOperationStage(Jdbi database) {
        this.database = database;
    }

    /** When work began, by this machine's clock. */
    record Start(long operation, Instant at) {}

    AddedStage added() {
        return new AddedStage(
                new Effects(),
                operations -> Map.of("noOperationManager", new Manager(), "noOperationWorker", new Worker(operations)));
    }

    int done() {
        return done.get();
    }

    List<Start> starts() {
        return List.copyOf(starts);
    }

    void forget() {
        done.set(0);
        starts.clear();
    }

    /** Public, like the worker, because a route calls it. */
    public final class Manager {
        public int findWork() {
            return database.inTransaction(tx -> {
                List<OperationStore.NewOperation> found = NoOperationRows.takeDue(tx, ROUND);
                return OperationStore.create(tx, TYPE, "raw_data_package_id", found);
            });
        }
    }

    /** Does nothing. */
    public final class Worker {
        private final OperationStore operations;

        private Worker(OperationStore operations) {
            this.operations = operations;
        }

        public void work(Lease lease) {
            starts.add(new Start(lease.operation().id(), Instant.now()));
            operations.complete(
                    lease, tx -> NoOperationRows.completed(tx, lease.operation().subjectId()));
            done.incrementAndGet();
        }
    }

    private static final class Effects implements StageEffects {
        @Override
        public OperationType type() {
            return TYPE;
        }

        @Override
        public void onPutBack(Handle tx, Operation operation) {
            // The operation is the subject's for as long as it lives.
        }
    }
}
