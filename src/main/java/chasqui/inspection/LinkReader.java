package chasqui.inspection;

import chasqui.link.Link;
import chasqui.link.LinkState;
import chasqui.link.Links;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Reads how all links stand: always two statements, each at the cost of what is live and of the last hour. */
public final class LinkReader {
    /** Waiting transfers are counted on the way that each would take now. */
    private static final String COUNTS = """
            WITH live AS (
                SELECT a.site_id AS origin, z.site_id AS destination, count(*) FILTER (WHERE o.status = 'IN_PROGRESS') AS running,
                       count(*) FILTER (WHERE o.status <> 'IN_PROGRESS') AS waiting,
                       coalesce(sum(c.size_bytes) FILTER (WHERE o.status <> 'IN_PROGRESS'), 0) AS bytes,
                       min(t.created_at) FILTER (WHERE o.status <> 'IN_PROGRESS') AS oldest
                  FROM operation o
                  JOIN data_transfer t ON t.id = o.subject_id
                  JOIN cargo c ON c.data_transfer_id = t.id
                  JOIN data_location a ON a.id = t.origin_location_id
                  JOIN data_location z ON z.id = t.destination_location_id
                 WHERE o.type = 'data_transfer' AND o.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                 GROUP BY 1, 2),
            idle AS (
                SELECT l.site_id AS origin, t.destination_site_id AS destination, count(*) AS waiting,
                       coalesce(sum(c.size_bytes), 0) AS bytes, min(t.created_at) AS oldest
                  FROM data_transfer t
                  JOIN cargo c ON c.data_transfer_id = t.id
                  JOIN data_location l ON l.id = coalesce(t.origin_location_id, c.buffer_location_id)
                 WHERE t.status = 'PENDING' AND t.sent_at IS NULL AND t.waits_for IS NULL
                 GROUP BY 1, 2),
            waiting AS (
                SELECT i.origin, coalesce(next.site_id, i.destination) AS destination, 0 AS running, i.waiting, i.bytes, i.oldest
                  FROM idle i
                  LEFT JOIN LATERAL (
                       SELECT w.next_site_id AS site_id FROM way w
                        WHERE w.origin_site_id = i.origin AND w.destination_site_id = i.destination
                        ORDER BY way_is_open(w.route_id, w.origin_site_id, w.next_site_id) DESC, w.priority LIMIT 1) next ON true),
            counted AS (
                SELECT origin, destination, sum(running) AS running, sum(waiting) AS waiting, sum(bytes) AS bytes, min(oldest) AS oldest
                  FROM (SELECT * FROM live UNION ALL SELECT * FROM waiting) both_kinds GROUP BY 1, 2),
            sent AS (
                SELECT a.site_id AS origin, z.site_id AS destination, sum(c.size_bytes) AS bytes
                  FROM (SELECT id, origin_location_id, destination_location_id FROM data_transfer
                         WHERE sent_at > clock_timestamp() - interval '1 hour'
                        UNION ALL
                        SELECT data_transfer_id, origin_location_id, destination_location_id FROM data_transfer_hop
                         WHERE sent_at > clock_timestamp() - interval '1 hour') s
                  JOIN cargo c ON c.data_transfer_id = s.id
                  JOIN data_location a ON a.id = s.origin_location_id
                  JOIN data_location z ON z.id = s.destination_location_id
                 GROUP BY 1, 2)
            SELECT o.id AS origin, d.id AS destination, coalesce(n.running, 0) AS running, coalesce(n.waiting, 0) AS waiting,
                   coalesce(n.bytes, 0) AS bytes,
                   coalesce(extract(epoch FROM clock_timestamp() - n.oldest), 0)::bigint AS oldest,
                   (coalesce(s.bytes, 0) / 3600)::bigint AS bytes_per_second,
                   EXISTS (SELECT FROM way w WHERE w.origin_site_id = o.id AND w.next_site_id = d.id) AS allowed,
                   n.origin IS NOT NULL OR s.origin IS NOT NULL
                   OR EXISTS (SELECT FROM transfer_route r
                               WHERE r.origin_site_id = o.id AND r.active
                                 AND d.id = CASE WHEN r.route_type = 'RELAY' THEN r.relay_site_id ELSE r.destination_site_id END)
                   OR EXISTS (SELECT FROM link k WHERE k.origin_site_id = o.id AND k.destination_site_id = d.id
                                 AND (k.paused_since IS NOT NULL OR k.unhealthy_since IS NOT NULL))
                   OR d.active AND o.active
                      AND EXISTS (SELECT FROM data_location l
                                   WHERE l.site_id = d.id AND l.active AND l.location_type = 'LONG_TERM_ARCHIVE')
                      AND EXISTS (SELECT FROM data_location l
                                   WHERE l.site_id = o.id AND l.active AND l.location_type IN ('SOURCE', 'LONG_TERM_ARCHIVE'))
                      AND EXISTS (SELECT FROM way w WHERE w.origin_site_id = o.id AND w.next_site_id = d.id) AS known
              FROM site o
              JOIN site d ON d.id <> o.id
              LEFT JOIN counted n ON n.origin = o.id AND n.destination = d.id
              LEFT JOIN sent s ON s.origin = o.id AND s.destination = d.id
            """;

    private final Jdbi database;

    public LinkReader(Jdbi database) {
        this.database = database;
    }

    /** Links that data can take or that something is known of, by name. */
    public List<LinkStatus> read() {
        return database.inTransaction(db -> {
            Limits.apply(db);
            return List.copyOf(read(db).values());
        });
    }

    static Map<Link, LinkStatus> read(Handle db) {
        Map<Link, LinkState> states = Links.now(db);
        Map<Link, Counted> counts = new HashMap<>();
        db.createQuery(COUNTS)
                .map((row, context) -> counts.put(
                        new Link(row.getLong("origin"), row.getLong("destination")),
                        new Counted(
                                row.getLong("running"),
                                row.getLong("waiting"),
                                row.getLong("bytes"),
                                row.getLong("oldest"),
                                row.getLong("bytes_per_second"),
                                row.getBoolean("allowed"),
                                row.getBoolean("known"))))
                .list();
        Map<Link, LinkStatus> links = new LinkedHashMap<>();
        states.forEach((link, state) -> {
            Counted counted = counts.get(link);
            if (counted != null && counted.known) {
                links.put(link, status(state, counted));
            }
        });
        return links;
    }

    private static LinkStatus status(LinkState state, Counted counted) {
        return new LinkStatus(
                state.origin(),
                state.destination(),
                state.method(),
                state.routeId(),
                state(state, counted.allowed),
                counted.allowed || state.isAvoided() ? state.says() : "no transfer route allows it",
                state.concurrency(),
                counted.running,
                counted.waiting,
                counted.bytes,
                counted.oldestSeconds,
                counted.bytesPerSecond);
    }

    private static String state(LinkState state, boolean allowed) {
        if (state.isPaused()) {
            return "PAUSED";
        }
        if (!allowed) {
            return "FORBIDDEN";
        }
        if (state.isUnhealthy()) {
            return "UNHEALTHY";
        }
        return state.opensAt() == null ? "OPEN" : "CLOSED";
    }

    private record Counted(
            long running,
            long waiting,
            long bytes,
            long oldestSeconds,
            long bytesPerSecond,
            boolean allowed,
            boolean known) {}
}
