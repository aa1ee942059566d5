package chasqui.inspection;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** Reads the register of nodes. */
public final class NodeReader {
    /** Beats come every 10 s. */
    private static final long LATE_SECONDS = 30;

    private static final long CLOCKS_AGREE_MILLIS = 5_000;

    private static final String NODES = """
            SELECT n.name, n.host, n.process_id, n.version, n.roles, n.locations, n.started_at, n.heartbeat_at,
                   extract(epoch FROM clock_timestamp() - n.heartbeat_at)::bigint AS silent_seconds, n.stopped_at,
                   EXISTS (SELECT FROM live_node l WHERE l.name = n.name) AS alive,
                   n.load_average, n.processors, n.held, n.clock_offset_millis, '{}'::text[] AS warnings
              FROM node n ORDER BY alive DESC, n.name LIMIT 500
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
        List<NodeStatus> nodes = db.createQuery(NODES)
                .map(ConstructorMapper.of(NodeStatus.class))
                .list();
        Set<String> versions = nodes.stream()
                .filter(NodeStatus::alive)
                .map(NodeStatus::version)
                .collect(Collectors.toSet());
        return nodes.stream().map(node -> node.warned(warnings(node, versions))).toList();
    }

    private static List<String> warnings(NodeStatus node, Set<String> versions) {
        List<String> warnings = new ArrayList<>();
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
        if (versions.size() > 1) {
            warnings.add("not all nodes run the same version");
        }
        return warnings;
    }
}
