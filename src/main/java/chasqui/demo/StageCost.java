package chasqui.demo;

import chasqui.pipeline.Stage;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/**
 * What a stage took.
 *
 * @param operations completed operations
 * @param seconds from its first claim to its last completion, pauses included
 * @param busySeconds sum over its operations; above {@code seconds} when they ran side by side
 * @param bytes content that passed it
 */
record StageCost(long operations, double seconds, double busySeconds, long bytes) {
    static Map<Stage, StageCost> read(Jdbi database, Instant since, Snapshot snapshot, StageCost filing) {
        Map<Stage, StageCost> costs = new EnumMap<>(Stage.class);
        costs.put(Stage.FILING, filing);
        database.useHandle(db -> db.createQuery("""
                        SELECT t.stage, count(*) AS operations,
                               extract(epoch FROM max(h.finished_at) - min(h.claimed_at)) AS seconds,
                               extract(epoch FROM sum(h.finished_at - h.claimed_at)) AS busy
                          FROM operation_history h JOIN operation_type t ON t.name = h.type
                         WHERE h.status = 'COMPLETED' AND h.finished_at >= :since AND h.created_at >= :since
                         GROUP BY t.stage
                        """)
                .bind("since", since)
                .map((row, context) -> {
                    Stage stage = Stage.values()[row.getInt("stage")];
                    costs.put(
                            stage,
                            new StageCost(
                                    row.getLong("operations"),
                                    row.getDouble("seconds"),
                                    row.getDouble("busy"),
                                    snapshot.passed().get(stage).bytes()));
                    return stage;
                })
                .list());
        return costs;
    }

    static void write(JsonGenerator json, Map<Stage, StageCost> costs) throws IOException {
        json.writeArrayFieldStart("stages");
        for (Map.Entry<Stage, StageCost> cost : costs.entrySet()) {
            json.writeStartObject();
            json.writeNumberField("stage", cost.getKey().ordinal());
            json.writeStringField("name", cost.getKey().packageName());
            json.writeNumberField("operations", cost.getValue().operations());
            json.writeNumberField("seconds", rounded(cost.getValue().seconds()));
            json.writeNumberField("busy_seconds", rounded(cost.getValue().busySeconds()));
            json.writeNumberField("bytes", cost.getValue().bytes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static double rounded(double seconds) {
        return Math.round(seconds * 1000) / 1000.0;
    }
}
