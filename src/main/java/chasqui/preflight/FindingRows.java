package chasqui.preflight;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;

/** What a node's preflights found, for everybody to see. */
public final class FindingRows {
    private final Jdbi database;
    private final String node;

    public FindingRows(Jdbi database, String node) {
        this.database = database;
        this.node = node;
    }

    /** Replaces what was written before; what is still so keeps its time. What has not ended yet leaves its row alone. */
    public void write(List<Looked> all) {
        database.useTransaction(tx -> {
            forget(tx, all);
            List<Looked> failed =
                    all.stream().filter(one -> !one.findings().isEmpty()).toList();
            if (!failed.isEmpty()) {
                write(tx, failed);
            }
        });
    }

    private void forget(Handle tx, List<Looked> all) {
        List<Long> locations = new ArrayList<>();
        List<String> checks = new ArrayList<>();
        for (Looked one : all) {
            if (!one.ended()) {
                locations.add(one.location().id());
                checks.add(one.check().name());
            }
            one.findings().forEach(finding -> {
                locations.add(one.location().id());
                checks.add(finding.check());
            });
        }
        tx.createUpdate("""
                        DELETE FROM preflight_finding f
                         WHERE f.node = :node
                           AND NOT EXISTS (SELECT FROM unnest(:locations, :checks) AS k (location, check_name)
                                            WHERE k.location = f.data_location_id AND k.check_name = f.check_name)
                        """)
                .bind("node", node)
                .bindArray("locations", Long.class, locations)
                .bindArray("checks", String.class, checks)
                .execute();
    }

    private void write(Handle tx, List<Looked> failed) {
        PreparedBatch rows = tx.prepareBatch("""
                INSERT INTO preflight_finding (node, data_location_id, check_name, stops, reason)
                SELECT :node, l.id, :check, :stops, :reason FROM data_location l WHERE l.id = :location
                ON CONFLICT (node, data_location_id, check_name) DO UPDATE SET stops = excluded.stops, reason = excluded.reason
                """);
        for (Looked one : failed) {
            for (Finding finding : one.findings()) {
                rows.bind("node", node)
                        .bind("location", one.location().id())
                        .bind("check", finding.check())
                        .bindArray("stops", String.class, finding.stops())
                        .bind("reason", finding.reason().replace('\0', '?'))
                        .add();
            }
        }
        rows.execute();
    }
}
