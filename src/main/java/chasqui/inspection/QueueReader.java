package chasqui.inspection;

import chasqui.topology.LocationPatterns;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Reads how all queues stand: two statements, at the cost of what is live. */
public final class QueueReader {
    private static final String QUEUES = """
            WITH counted AS (
                SELECT queue, count(*) FILTER (WHERE status = 'PENDING' AND waits_for IS NULL AND not_before <= clock_timestamp()) AS due,
                       count(*) FILTER (WHERE status = 'SCHEDULED') AS scheduled,
                       count(*) FILTER (WHERE status = 'IN_PROGRESS') AS in_progress,
                       count(*) FILTER (WHERE status = 'PENDING') AS pending, min(created_at) AS oldest
                  FROM operation WHERE status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS') GROUP BY queue)
            SELECT q.queue, q.location, q.type, q.stage, q.active, coalesce(c.due, 0) AS due,
                   coalesce(c.scheduled, 0) AS scheduled, coalesce(c.in_progress, 0) AS in_progress,
                   coalesce(c.pending - c.due, 0) AS waiting,
                   coalesce(extract(epoch FROM clock_timestamp() - c.oldest), 0)::bigint AS oldest,
                   extract(epoch FROM clock_timestamp() - w.since)::bigint AS unclaimed, u.reason AS unreachable
              FROM (SELECT s.short_name || '_' || l.name || '_' || t.name AS queue, s.short_name || '/' || l.name AS location,
                           t.name AS type, t.stage, l.active AND s.active AS active
                      FROM operation_type t
                      JOIN data_location l ON l.location_type = ANY (t.location_types) AND l.storage_type = ANY (t.storage_types)
                      JOIN site s ON s.id = l.site_id) q
              LEFT JOIN counted c ON c.queue = q.queue
              LEFT JOIN (queue_standstill w JOIN operation o ON o.id = w.operation_id AND o.status IN ('PENDING', 'SCHEDULED')
                                                             AND coalesce(o.claimed_at, '-infinity') < w.since)
                     ON w.queue = q.queue
              LEFT JOIN (SELECT queue, count(*) || ' in hand ' || min(reason) AS reason
                           FROM unreachable_operation GROUP BY queue) u ON u.queue = q.queue
             WHERE q.active OR c.queue IS NOT NULL
             ORDER BY q.stage, q.queue
            """;

    private final Jdbi database;
    private final Duration unclaimedAfter;

    /** @param unclaimedAfter longest time that due work may go unclaimed while nothing is in progress */
    public QueueReader(Jdbi database, Duration unclaimedAfter) {
        this.database = database;
        this.unclaimedAfter = unclaimedAfter;
    }

    /** Every queue of the topology, and those of locations out of service that still hold work; by stage and name. */
    public List<QueueStatus> read() {
        return database.inTransaction(db -> {
            Limits.apply(db);
            return read(db);
        });
    }

    private List<QueueStatus> read(Handle db) {
        List<Server> servers = NodeReader.read(db).stream()
                .filter(node -> node.alive() && node.roles().contains("worker"))
                .map(node -> new Server(node.name(), new LocationPatterns(node.locations()), node.findings()))
                .toList();
        return db.createQuery(QUEUES)
                .map((row, context) -> {
                    String location = row.getString("location");
                    String type = row.getString("type");
                    boolean active = row.getBoolean("active");
                    List<String> nodes = servers.stream()
                            .filter(server -> active && server.reaches.reach(location))
                            .filter(server -> server.kept(location, type).isEmpty())
                            .map(Server::name)
                            .toList();
                    Long unclaimed = row.getObject("unclaimed", Long.class);
                    long claimable = row.getLong("due") + row.getLong("scheduled");
                    return new QueueStatus(
                            row.getString("queue"),
                            location,
                            type,
                            row.getInt("stage"),
                            active,
                            row.getLong("due"),
                            row.getLong("scheduled"),
                            row.getLong("in_progress"),
                            row.getLong("waiting"),
                            row.getLong("oldest"),
                            nodes,
                            claimable == 0 ? null : unclaimed,
                            join(
                                    row.getString("unreachable"),
                                    active && nodes.isEmpty()
                                            ? nobody(servers, location, type)
                                            : warning(active, nodes, claimable, unclaimed)));
                })
                .list();
    }

    private static String join(String unreachable, String warning) {
        if (unreachable == null || warning == null) {
            return unreachable == null ? warning : unreachable;
        }
        return unreachable + "; " + warning;
    }

    private static String nobody(List<Server> servers, String location, String type) {
        return servers.stream()
                .filter(server -> server.reaches.reach(location))
                .flatMap(server -> server.kept(location, type).stream())
                .findFirst()
                .map(finding -> "nobody serves this: at %s it fails: %s".formatted(finding.node(), finding.reason()))
                .orElse("nobody serves this: start a node with --locations " + location);
    }

    private String warning(boolean active, List<String> nodes, long claimable, Long unclaimed) {
        if (!active) {
            return "out of service, and still holds work";
        }
        if (claimable > 0 && unclaimed != null && unclaimed > unclaimedAfter.toSeconds()) {
            return "nobody has claimed any of it for " + TextTable.age(unclaimed) + ": look at the log and health of "
                    + String.join(", ", nodes);
        }
        return null;
    }

    private record Server(String name, LocationPatterns reaches, List<LocationFinding> findings) {
        List<LocationFinding> kept(String location, String type) {
            return findings.stream()
                    .filter(finding -> finding.location().equals(location) && finding.stops(type))
                    .toList();
        }
    }
}
