package chasqui.transfer;

import chasqui.storage.Checksum;
import chasqui.storage.PackageDigest;
import chasqui.topology.RouteOptions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The statements of stage 3. */
final class TransferRepository {
    private TransferRepository() {}

    /**
     * Locks transfers that wait for nothing, were not sent, and have somewhere to go. The source is the readable copy
     * at the origin already chosen, else any other; the destination the route's, else the one already chosen, else the
     * site's best buffer.
     */
    static List<Decision> lockToSend(Handle tx, int limit) {
        return tx.createQuery("""
                        SELECT t.id, p.priority + CASE WHEN t.is_primary THEN 0 ELSE 1 END AS priority, source.copy_id,
                               coalesce(source.location_id, t.origin_location_id, p.buffer_location_id) AS origin,
                               target.location_id AS destination, route.id AS route_id,
                               route.method, coalesce(route.pull, false) AS pull
                          FROM data_transfer t
                          JOIN data_transfer_package p ON p.id = t.data_transfer_package_id
                          LEFT JOIN LATERAL (
                               SELECT c.id AS copy_id, l.id AS location_id, l.site_id, l.active AND s.active AS active
                                 FROM physical_copy c
                                 JOIN data_location l ON l.id = c.data_location_id
                                 JOIN site s ON s.id = l.site_id
                                WHERE c.data_transfer_package_id = p.id AND c.state IN ('PRESENT', 'DELETION_POSSIBLE')
                                  AND l.storage_type = 'DISK'
                                ORDER BY l.active AND s.active DESC, (l.id = t.origin_location_id) IS TRUE DESC,
                                         l.site_id = t.destination_site_id, l.priority, c.id
                                LIMIT 1) source ON true
                          LEFT JOIN LATERAL (
                               SELECT r.id, r.method, r.pull, r.forbidden, r.destination_location_id
                                 FROM transfer_route r
                                WHERE r.active AND r.origin_site_id = source.site_id
                                  AND r.destination_site_id = t.destination_site_id
                                ORDER BY r.priority LIMIT 1) route ON true
                          JOIN LATERAL (
                               SELECT l.id AS location_id
                                 FROM data_location l JOIN site s ON s.id = l.site_id
                                WHERE l.site_id = t.destination_site_id AND l.active AND s.active
                                  AND l.location_type = 'BUFFER' AND l.storage_type = 'DISK'
                                ORDER BY (l.id = route.destination_location_id) IS TRUE DESC,
                                         (l.id = t.destination_location_id) IS TRUE DESC, l.priority, l.id
                                LIMIT 1) target ON true
                         WHERE t.status = 'PENDING' AND t.sent_at IS NULL AND t.waits_for IS NULL
                           AND coalesce(source.active, true) AND NOT coalesce(route.forbidden, false)
                         ORDER BY t.is_primary DESC, p.priority, t.id
                         LIMIT :limit FOR UPDATE OF t SKIP LOCKED
                        """)
                .bind("limit", limit)
                .map((row, context) -> new Decision(
                        row.getLong("id"),
                        row.getInt("priority"),
                        row.getObject("copy_id", Long.class),
                        row.getLong("origin"),
                        row.getLong("destination"),
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
     * @param copyId readable copy at the origin; null, as its path, when there is none
     * @param otherCopies readable copies elsewhere
     * @param destinationUsed copies are registered at the destination
     */
    record ToSend(
            long id,
            String packageName,
            PackageDigest digest,
            long originLocationId,
            long destinationLocationId,
            Long copyId,
            String path,
            boolean otherCopies,
            boolean destinationUsed,
            int sendCount,
            String method,
            String routeType,
            Way way) {}

    /** Empty when its bytes were sent already. */
    static Optional<ToSend> toSend(Handle db, long transferId) {
        return db.createQuery("""
                        SELECT t.id, p.name, p.size_bytes, p.xxh64, t.origin_location_id, t.destination_location_id,
                               c.id AS copy_id, c.path, t.send_count, t.method, t.pull,
                               r.id AS route_id, r.route_type, r.rate_limit_bytes_per_second, r.options,
                               EXISTS (SELECT FROM physical_copy o
                                        WHERE o.data_transfer_package_id = p.id AND o.data_location_id <> t.origin_location_id
                                          AND o.state IN ('PRESENT', 'DELETION_POSSIBLE')) AS other_copies,
                               EXISTS (SELECT FROM physical_copy d WHERE d.data_location_id = t.destination_location_id
                                          AND d.raw_data_file_id IS NULL AND d.state NOT IN ('DELETED', 'MISSING')) AS destination_used
                          FROM data_transfer t
                          JOIN data_transfer_package p ON p.id = t.data_transfer_package_id
                          LEFT JOIN physical_copy c ON c.data_transfer_package_id = p.id
                                AND c.data_location_id = t.origin_location_id AND c.state IN ('PRESENT', 'DELETION_POSSIBLE')
                          LEFT JOIN transfer_route r ON r.id = t.transfer_route_id
                         WHERE t.id = :id AND t.sent_at IS NULL
                        """)
                .bind("id", transferId)
                .map((row, context) -> new ToSend(
                        row.getLong("id"),
                        row.getString("name"),
                        new PackageDigest(row.getLong("size_bytes"), Checksum.parse(row.getString("xxh64")), null),
                        row.getLong("origin_location_id"),
                        row.getLong("destination_location_id"),
                        row.getObject("copy_id", Long.class),
                        row.getString("path"),
                        row.getBoolean("other_copies"),
                        row.getBoolean("destination_used"),
                        row.getInt("send_count"),
                        row.getString("method"),
                        row.getString("route_type"),
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
