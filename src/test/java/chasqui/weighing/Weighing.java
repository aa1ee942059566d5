package chasqui.weighing;

import chasqui.pipeline.Operation;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.StageEffects;
import chasqui.runtime.AddedStage;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The stage as the runtime takes it. */
final class Weighing {
    static final OperationType TYPE = new OperationType("weighing");

    private Weighing() {}

    static AddedStage stage(Jdbi database) {
        return new AddedStage(
                new Effects(),
                operations -> Map.of(
                        "weighingManager",
                        new WeighingManager(database),
                        "weighingWorker",
                        new WeighingWorker(database, operations)));
    }

    private static final class Effects implements StageEffects {
        @Override
        public OperationType type() {
            return TYPE;
        }

        @Override
        public void onPutBack(Handle tx, Operation operation) {
            // Nothing is written before the end, so there is nothing to put back.
        }
    }
}
