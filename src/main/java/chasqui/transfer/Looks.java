package chasqui.transfer;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The statement that says of waiting transfers whether and how they can go. */
final class Looks {
    static final String LOOK = """
            SELECT t.id, p.priority + CASE WHEN t.is_primary THEN 0 ELSE 1 END AS priority, source.copy_id,
                   coalesce(source.location_id, t.origin_location_id, p.buffer_location_id) AS origin,
                   target.location_id AS destination, route.id AS route_id, side.pull,
                   CASE WHEN route.route_type = 'DIRECT' OR source.storage_type = 'DISK' AND target.storage_type = 'DISK'
                        THEN route.method END AS method,
                   coalesce(worker.location_id, CASE WHEN side.pull THEN target.location_id END, source.location_id,
                            t.origin_location_id, p.buffer_location_id) AS worker,
                   CASE WHEN target.location_id IS NULL THEN false
                        WHEN source.copy_id IS NOT NULL THEN source.open AND worker.location_id IS NOT NULL
                        ELSE nearer.site_id IS NULL AND mending.location IS NULL AND NOT EXISTS (
                                 SELECT FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                                  WHERE (c.data_transfer_package_id = t.data_transfer_package_id
                                         OR c.raw_data_package_id = t.raw_data_package_id)
                                    AND l.location_type IN ('BUFFER', 'LONG_TERM_ARCHIVE')
                                    AND c.state IN ('PRESENT', 'DELETION_POSSIBLE')) END AS goes,
                   coalesce(NOT source.open AND target.location_id IS NOT NULL
                            AND source.site_id = coalesce(last.site_id, home.site_id), false) AS turn,
                   CASE WHEN source.copy_id IS NOT NULL AND target.location_id IS NULL
                        THEN (SELECT 'a buffer of ' || s.short_name || ' that does not drain'
                                FROM data_location l JOIN site s ON s.id = l.site_id
                               WHERE s.id = source.next_site_id AND l.active AND s.active
                                 AND l.location_type = 'BUFFER' AND l.storage_type = 'DISK' LIMIT 1)
                        WHEN source.copy_id IS NOT NULL THEN NULL
                        WHEN nearer.site_id IS NOT NULL
                        THEN (SELECT 'its packages in the archive of ' || s.short_name FROM site s WHERE s.id = nearer.site_id)
                        ELSE 'mending of its transfer package at ' || mending.location END AS waits_for
              FROM data_transfer t
              JOIN cargo p ON p.data_transfer_id = t.id
              JOIN data_location home ON home.id = p.buffer_location_id
              LEFT JOIN data_location last ON last.id = t.origin_location_id
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN t.raw_data_package_id IS NULL THEN sends_packages(t.id) END AS site_id) nearer
              LEFT JOIN LATERAL (
                   SELECT c.id AS copy_id, l.id AS location_id, l.site_id, l.storage_type, w.route_id, w.next_site_id,
                          way_is_open(w.route_id, w.origin_site_id, w.next_site_id) AS open
                     FROM physical_copy c
                     JOIN data_location l ON l.id = c.data_location_id
                     JOIN site s ON s.id = l.site_id
                     JOIN way w ON w.origin_site_id = l.site_id AND w.destination_site_id = t.destination_site_id
                     LEFT JOIN transfer_route r ON r.id = w.route_id
                     LEFT JOIN data_location o ON o.id = r.origin_location_id
                     LEFT JOIN data_location d ON d.id = r.destination_location_id
                    WHERE (c.data_transfer_package_id = t.data_transfer_package_id
                           OR c.raw_data_package_id = t.raw_data_package_id)
                      AND c.state IN ('PRESENT', 'DELETION_POSSIBLE') AND l.active AND s.active
                      AND (l.site_id <> home.site_id OR nearer.site_id IS NULL)
                      AND CASE WHEN t.raw_data_package_id IS NULL THEN w.for_transfer_package AND l.storage_type = 'DISK'
                               ELSE w.for_package AND l.location_type IN ('BUFFER', 'LONG_TERM_ARCHIVE') END
                      AND (w.route_type <> 'RELAY'
                           OR (l.site_id = home.site_id
                               OR EXISTS (SELECT FROM data_transfer done
                                           WHERE done.data_transfer_package_id = t.data_transfer_package_id
                                             AND done.status = 'COMPLETED' AND done.destination_site_id = l.site_id))
                              AND NOT EXISTS (
                                  SELECT FROM physical_copy x JOIN data_location y ON y.id = x.data_location_id
                                   WHERE x.data_transfer_package_id = t.data_transfer_package_id
                                     AND y.site_id = w.next_site_id
                                     AND y.active AND x.state IN ('PRESENT', 'DELETION_POSSIBLE')))
                    ORDER BY (l.site_id = last.site_id) IS TRUE DESC, l.site_id = home.site_id, l.site_id,
                             open DESC, coalesce(o.active, true) AND coalesce(d.active, true) DESC, w.priority,
                             (l.id = o.id) IS TRUE DESC, (l.id = last.id) IS TRUE DESC, l.priority, c.id
                    LIMIT 1) source ON true
              LEFT JOIN transfer_route route ON route.id = source.route_id
              LEFT JOIN LATERAL (
                   SELECT l.id AS location_id, l.site_id, l.storage_type
                     FROM data_location l JOIN site s ON s.id = l.site_id
                    WHERE l.site_id = coalesce(source.next_site_id, t.destination_site_id) AND l.active AND s.active
                      AND (l.draining_since IS NULL OR l.location_type <> 'BUFFER')
                      AND CASE WHEN t.raw_data_package_id IS NULL
                                    OR NOT archives_straight(t.destination_site_id,
                                                             coalesce(route.route_type = 'DIRECT', false))
                               THEN l.location_type = 'BUFFER' AND l.storage_type = 'DISK'
                               ELSE l.location_type = 'LONG_TERM_ARCHIVE' END
                    ORDER BY (l.id = route.destination_location_id) IS TRUE DESC,
                             (l.id = t.destination_location_id) IS TRUE DESC, l.priority, l.id
                    LIMIT 1) target ON true
             CROSS JOIN LATERAL (
                   SELECT coalesce(route.pull, false)
                          OR coalesce(source.storage_type = 'S3', false) AND target.storage_type = 'DISK' AS pull) side
              LEFT JOIN LATERAL (
                   SELECT l.id AS location_id
                     FROM data_location l JOIN site s ON s.id = l.site_id
                    WHERE l.site_id = CASE WHEN side.pull THEN target.site_id ELSE source.site_id END
                      AND l.location_type = 'BUFFER' AND l.storage_type = 'DISK' AND l.active AND s.active
                    ORDER BY l.id = CASE WHEN side.pull THEN target.location_id ELSE source.location_id END DESC,
                             l.draining_since IS NOT NULL, l.priority, l.id
                    LIMIT 1) worker ON true
              LEFT JOIN LATERAL (
                   SELECT s.short_name || '/' || l.name AS location
                     FROM mendable_transfer_package_copy m
                     JOIN data_location l ON l.id = m.data_location_id JOIN site s ON s.id = l.site_id
                    WHERE source.copy_id IS NULL AND m.data_transfer_package_id = t.data_transfer_package_id
                    ORDER BY l.id LIMIT 1) mending ON true
             WHERE t.id = ANY (:ids) AND t.status = 'PENDING' AND t.sent_at IS NULL
               AND (t.waits_for IS NULL OR t.look_again_at IS NOT NULL)
             FOR UPDATE OF t SKIP LOCKED
            """;

    private Looks() {}

    /**
     * Locks transfers that were not sent and that nobody else lets go, and looks how each could go. The next hop begins at
     * the site that the last one reached, else at another that holds a readable copy, that of the package's origin last; of
     * its ways the best by priority that is open now is taken. At that site the route's location is read, where it holds a
     * copy; at the next the route's is written, else the one chosen before, else the best: a buffer for a transfer package,
     * the archive for a package by itself where the site has one alone; a buffer that drains is passed by. Over a relay goes only what is not there, and from
     * the origin no secondary whose packages the primary's site is about to have in its archive. A buffer's worker does the
     * work, at the end where the bytes come from unless they are fetched.
     *
     * @return none for those that another transaction has locked
     */
    static List<Look> lock(Handle tx, Collection<Long> ids) {
        return tx.createQuery(LOOK)
                .bindArray("ids", Long.class, ids)
                .map((row, context) -> new Look(
                        row.getLong("id"),
                        row.getBoolean("goes") ? way(row) : null,
                        row.getBoolean("turn"),
                        row.getString("waits_for")))
                .list();
    }

    private static Decision way(ResultSet row) throws SQLException {
        return new Decision(
                row.getLong("id"),
                row.getInt("priority"),
                row.getObject("copy_id", Long.class),
                row.getLong("origin"),
                row.getLong("destination"),
                row.getLong("worker"),
                row.getObject("route_id", Long.class),
                row.getString("method"),
                row.getBoolean("pull"));
    }
}
