package chasqui.inspection;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads the register of nodes, and what they found at the data locations that they reach. */
public final class NodeReader {
    /** Beats come every 10 s. */
    private static final long LATE_SECONDS = 30;

    private static final long CLOCKS_AGREE_MILLIS = 5_000;

    private static final String NODES = """
            SELECT n.*, extract(epoch FROM clock_timestamp() - n.heartbeat_at)::bigint AS silent_seconds,
                   EXISTS (SELECT FROM live_node l WHERE l.name = n.name) AS alive,
                   (SELECT count(*) || ' operations ' || min(u.reason) || '; they wait for it, or for another node that serves their locations'
                      FROM unreachable_operation u WHERE u.node = n.name HAVING count(*) > 0) AS unreachable
              FROM node n ORDER BY alive DESC, n.name LIMIT 500
            """;

    private static final String FINDINGS = """
            SELECT f.node, s.short_name || '/' || l.name AS location, f.check_name AS check, f.stops, f.reason, f.since
              FROM preflight_finding f
              JOIN live_node n ON n.name = f.node AND 'worker' = ANY (n.roles)
              JOIN data_location l ON l.id = f.data_location_id
              JOIN site s ON s.id = l.site_id
             WHERE l.active AND s.active
             ORDER BY f.node, location, f.check_name
            """;

    private final Jdbi database;

    public NodeReader(Jdbi database) {
        this.database = database;
    }

    /** Living nodes first, by name. */
    public List<NodeStatus> read() {
        return database.inTransaction(db -> {
            Limits.apply(db);
            return read(db);
        });
    }

    static List<NodeStatus> read(Handle db) {
        Map<String, List<LocationFinding>> findings =
                db.createQuery(FINDINGS).map(ConstructorMapper.of(LocationFinding.class)).stream()
                        .collect(Collectors.groupingBy(LocationFinding::node));
        List<NodeStatus> nodes = db.createQuery(NODES)
                .map((row, context) -> node(row, findings.getOrDefault(row.getString("name"), List.of())))
                .list();
        Set<String> versions = nodes.stream()
                .filter(NodeStatus::alive)
                .map(NodeStatus::version)
                .collect(Collectors.toSet());
        return nodes.stream().map(node -> node.warned(warnings(node, versions))).toList();
    }

    private static NodeStatus node(ResultSet row, List<LocationFinding> findings) throws SQLException {
        return new NodeStatus(
                row.getString("name"),
                row.getString("host"),
                row.getLong("process_id"),
                row.getString("version"),
                texts(row, "roles"),
                texts(row, "locations"),
                time(row, "started_at"),
                time(row, "heartbeat_at"),
                row.getLong("silent_seconds"),
                time(row, "stopped_at"),
                row.getBoolean("alive"),
                row.getObject("load_average", Double.class),
                row.getObject("processors", Integer.class),
                row.getLong("held"),
                row.getObject("clock_offset_millis", Long.class),
                findings,
                row.getString("unreachable") == null ? List.of() : List.of(row.getString("unreachable")));
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }

    private static List<String> warnings(NodeStatus node, Set<String> versions) {
        List<String> warnings = new ArrayList<>(node.warnings());
        if (!node.alive()) {
            return warnings;
        }
        if (node.silentSeconds() > LATE_SECONDS) {
            warnings.add("not heard of for " + node.silentSeconds() + " s");
        }
        Long offset = node.clockOffsetMillis();
        if (offset != null && Math.abs(offset) > CLOCKS_AGREE_MILLIS) {
            warnings.add("its clock is " + TextTable.age(Math.abs(offset) / 1000)
                    + (offset < 0 ? " behind" : " ahead of") + " the database's: set it (NTP)");
        }
        long kept = node.findings().stream()
                .filter(finding -> !finding.stops().isEmpty())
                .map(LocationFinding::location)
                .distinct()
                .count();
        if (kept > 0) {
            warnings.add("it does not do all work at " + kept + (kept == 1 ? " location" : " locations")
                    + " that it reaches");
        }
        if (versions.size() > 1) {
            warnings.add("not all nodes run the same version");
        }
        return warnings;
    }
}
