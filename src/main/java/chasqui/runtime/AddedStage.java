package chasqui.runtime;

import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StageEffects;
import java.util.Map;
import java.util.function.Function;

/**
 * A stage beside those of the product, such as a bench's. Its route file lies in the folder of the routes, its operation
 * type is a row.
 *
 * @param beans its manager and worker, under the names by which its routes call them
 */
public record AddedStage(StageEffects effects, Function<OperationStore, Map<String, Object>> beans) {}
