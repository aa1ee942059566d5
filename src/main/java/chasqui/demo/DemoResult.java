package chasqui.demo;

import chasqui.pipeline.Stage;
import java.util.List;
import java.util.Map;

/**
 * How a demo ended.
 *
 * @param refused files that were not taken, each with its reason and remedy
 * @param warnings things that were taken and deserve a look
 */
record DemoResult(
        Snapshot last, DemoTotals totals, Map<Stage, StageCost> costs, List<String> refused, List<String> warnings) {
    boolean complete() {
        return last.complete();
    }
}
