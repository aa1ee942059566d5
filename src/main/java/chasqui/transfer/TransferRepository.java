package chasqui.transfer;

import chasqui.link.Link;
import chasqui.storage.Checksum;
import chasqui.storage.PackageDigest;
import chasqui.topology.RouteOptions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The statements of stage 3. */
final class TransferRepository {
    private TransferRepository() {}

    /**
     * Locks transfers that wait for nothing, were not sent, and have somewhere to go. The next hop begins at the site that
     * the last one reached, else at another that holds a readable copy, that of the package's origin last; of its ways the
     * best by priority that is open now is taken. At that site the route's location is read, where it holds a copy; at the
     * next the route's is written, else the one chosen before, else the best: a buffer for a transfer package, the archive
     * for a package by itself where the site has one alone. Over a relay goes only what is not there, and from the origin no secondary whose packages the
     * primary's site is about to have in its archive. A buffer's worker does the work, at the end where
     * the bytes come from unless they are fetched.
     */
    static List<Decision> lockToSend(Handle tx, Collection<Long> ids) {
        return tx.createQuery("""
                        SELECT t.id, p.priority + CASE WHEN t.is_primary THEN 0 ELSE 1 END AS priority, source.copy_id,
                               coalesce(source.location_id, t.origin_location_id, p.buffer_location_id) AS origin,
                               target.location_id AS destination, route.id AS route_id, side.pull,
                               CASE WHEN route.route_type = 'DIRECT' OR source.storage_type = 'DISK' AND target.storage_type = 'DISK'
                                    THEN route.method END AS method,
                               coalesce(worker.location_id, CASE WHEN side.pull THEN target.location_id END, source.location_id,
                                        t.origin_location_id, p.buffer_location_id) AS worker
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
                          JOIN LATERAL (
                               SELECT l.id AS location_id, l.site_id, l.storage_type
                                 FROM data_location l JOIN site s ON s.id = l.site_id
                                WHERE l.site_id = coalesce(source.next_site_id, t.destination_site_id) AND l.active AND s.active
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
                                         l.priority, l.id
                                LIMIT 1) worker ON true
                         WHERE t.id = ANY (:ids) AND t.status = 'PENDING' AND t.sent_at IS NULL AND t.waits_for IS NULL
                           AND CASE WHEN source.copy_id IS NOT NULL THEN source.open AND worker.location_id IS NOT NULL
                                    ELSE nearer.site_id IS NULL AND NOT EXISTS (
                                                     SELECT FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                                                      WHERE (c.data_transfer_package_id = t.data_transfer_package_id
                                                             OR c.raw_data_package_id = t.raw_data_package_id)
                                                        AND l.location_type IN ('BUFFER', 'LONG_TERM_ARCHIVE')
                                                        AND c.state IN ('PRESENT', 'DELETION_POSSIBLE'))
                                         AND NOT EXISTS (SELECT FROM mendable_transfer_package_copy m
                                                          WHERE m.data_transfer_package_id = t.data_transfer_package_id) END
                         FOR UPDATE OF t SKIP LOCKED
                        """)
                .bindArray("ids", Long.class, ids)
                .map((row, context) -> new Decision(
                        row.getLong("id"),
                        row.getInt("priority"),
                        row.getObject("copy_id", Long.class),
                        row.getLong("origin"),
                        row.getLong("destination"),
                        row.getLong("worker"),
                        row.getObject("route_id", Long.class),
                        row.getString("method"),
                        row.getBoolean("pull")))
                .list();
    }

    static void assign(Handle tx, List<Decision> decided) {
        tx.createUpdate("""
                        UPDATE data_transfer t
                           SET origin_location_id = d.origin, destination_location_id = d.destination,
                               transfer_route_id = d.route, method = d.method, pull = d.pull
                          FROM unnest(:ids, :origins, :destinations, :routes, :methods, :pulls)
                               AS d (id, origin, destination, route, method, pull)
                         WHERE t.id = d.id
                        """)
                .bindArray("ids", Long.class, decided.stream().map(Decision::id).toList())
                .bindArray(
                        "origins",
                        Long.class,
                        decided.stream().map(Decision::originLocationId).toList())
                .bindArray(
                        "destinations",
                        Long.class,
                        decided.stream().map(Decision::destinationLocationId).toList())
                .bindArray(
                        "routes",
                        Long.class,
                        decided.stream().map(Decision::routeId).toList())
                .bindArray(
                        "methods",
                        String.class,
                        decided.stream().map(Decision::method).toList())
                .bindArray(
                        "pulls",
                        Boolean.class,
                        decided.stream().map(Decision::pull).toList())
                .execute();
    }

    /**
     * A transfer as its worker needs it.
     *
     * @param digest with SHA-256 when it is a package by itself
     * @param archivedAs name that a package by itself has in every archive; null for a transfer package
     * @param copyId readable copy at the origin; null, as its path, when there is none
     * @param otherCopies readable copies elsewhere
     * @param destinationUsed copies are registered at the destination
     */
    record ToSend(
            long id,
            String packageName,
            PackageDigest digest,
            String archivedAs,
            long originLocationId,
            long destinationLocationId,
            Long copyId,
            String path,
            boolean otherCopies,
            boolean destinationUsed,
            int sendCount,
            String method,
            Way way) {}

    /** Empty when its bytes were sent already. */
    static Optional<ToSend> toSend(Handle db, long transferId) {
        return db.createQuery("""
                        SELECT t.id, p.name, p.size_bytes, p.xxh64, p.sha256, t.origin_location_id, t.destination_location_id,
                               archive_folder(t.raw_data_package_id) || '/' || p.name || '.tar' AS archived_as,
                               c.id AS copy_id, c.path, t.send_count, t.method, t.pull,
                               r.id AS route_id, r.rate_limit_bytes_per_second,
                               CASE WHEN r.method IS NULL OR r.method = t.method THEN r.options END AS options,
                               EXISTS (SELECT FROM physical_copy o
                                        WHERE (o.data_transfer_package_id = t.data_transfer_package_id
                                               OR o.raw_data_package_id = t.raw_data_package_id)
                                          AND o.data_location_id <> t.origin_location_id
                                          AND o.state IN ('PRESENT', 'DELETION_POSSIBLE')) AS other_copies,
                               EXISTS (SELECT FROM physical_copy d WHERE d.data_location_id = t.destination_location_id
                                          AND d.raw_data_file_id IS NULL AND d.state NOT IN ('DELETED', 'MISSING')) AS destination_used
                          FROM data_transfer t
                          JOIN cargo p ON p.data_transfer_id = t.id
                          LEFT JOIN LATERAL (
                               SELECT x.id, x.path FROM physical_copy x
                                WHERE (x.data_transfer_package_id = t.data_transfer_package_id
                                       OR x.raw_data_package_id = t.raw_data_package_id)
                                  AND x.data_location_id = t.origin_location_id
                                  AND x.state IN ('PRESENT', 'DELETION_POSSIBLE') LIMIT 1) c ON true
                          LEFT JOIN transfer_route r ON r.id = t.transfer_route_id
                         WHERE t.id = :id AND t.sent_at IS NULL
                        """)
                .bind("id", transferId)
                .map((row, context) -> new ToSend(
                        row.getLong("id"),
                        row.getString("name"),
                        new PackageDigest(
                                row.getLong("size_bytes"),
                                Checksum.parse(row.getString("xxh64")),
                                row.getString("sha256") == null ? null : Checksum.parse(row.getString("sha256"))),
                        row.getString("archived_as"),
                        row.getLong("origin_location_id"),
                        row.getLong("destination_location_id"),
                        row.getObject("copy_id", Long.class),
                        row.getString("path"),
                        row.getBoolean("other_copies"),
                        row.getBoolean("destination_used"),
                        row.getInt("send_count"),
                        row.getString("method"),
                        way(row)))
                .findOne();
    }

    private static Way way(ResultSet row) throws SQLException {
        String options = row.getString("options");
        return new Way(
                row.getObject("route_id", Long.class),
                row.getBoolean("pull"),
                row.getObject("rate_limit_bytes_per_second", Long.class),
                options == null ? Map.of() : RouteOptions.parse(options));
    }

    /** The link that the transfer was to pass; empty before that was decided. */
    static Optional<Link> link(Handle db, long transferId) {
        return db.createQuery("""
                        SELECT a.site_id AS origin, z.site_id AS destination
                          FROM data_transfer t
                          JOIN data_location a ON a.id = t.origin_location_id
                          JOIN data_location z ON z.id = t.destination_location_id
                         WHERE t.id = :id
                        """)
                .bind("id", transferId)
                .map((row, context) -> new Link(row.getLong("origin"), row.getLong("destination")))
                .findOne();
    }

    /** Transfers whose operations are parked because this link did not answer. */
    static List<Long> parkedFor(Handle db, Link link) {
        return db.createQuery("""
                        SELECT t.id
                          FROM operation o
                          JOIN data_transfer t ON t.id = o.subject_id
                          JOIN data_location a ON a.id = t.origin_location_id
                          JOIN data_location z ON z.id = t.destination_location_id
                         WHERE o.type = :type AND o.status = 'PENDING' AND o.waits_for IS NOT NULL
                           AND o.failure_kind IN ('LINK', 'LOCATION')
                           AND a.site_id = :origin AND z.site_id = :destination
                        """)
                .bind("type", TransferWorker.TYPE.name())
                .bind("origin", link.originSiteId())
                .bind("destination", link.destinationSiteId())
                .mapTo(Long.class)
                .list();
    }

    /** Notes that the bytes lie at the destination under their incoming name. */
    static void sent(Handle tx, Transfer transfer) {
        tx.createUpdate("""
                        UPDATE data_transfer
                           SET sent_at = clock_timestamp(), incoming_name = :incoming, send_count = send_count + 1
                         WHERE id = :id
                        """)
                .bind("incoming", transfer.incomingName())
                .bind("id", transfer.id())
                .execute();
    }
}
