package chasqui.transfer;

import chasqui.link.Link;
import chasqui.pipeline.CopyState;
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
     * @param archived state of the copy that the archive at the destination has of it already; null: it has none
     * @param methodNow as the transfer route says by now; null where it says nothing
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
            CopyState archived,
            int sendCount,
            String method,
            String methodNow,
            Way way) {}

    /** Empty when its bytes were sent already. */
    static Optional<ToSend> toSend(Handle db, long transferId) {
        return db.createQuery("""
                        SELECT t.id, p.name, p.size_bytes, p.xxh64, p.sha256, t.origin_location_id, t.destination_location_id,
                               archive_folder(t.raw_data_package_id) || '/' || p.name || '.tar' AS archived_as,
                               c.id AS copy_id, c.path, t.send_count, t.method, t.pull,
                               r.id AS route_id, r.rate_limit_bytes_per_second,
                               CASE WHEN r.method IS NULL OR r.method = t.method THEN r.options END AS options,
                               CASE WHEN r.route_type = 'DIRECT' OR a.storage_type = 'DISK' AND z.storage_type = 'DISK'
                                    THEN r.method END AS method_now,
                               EXISTS (SELECT FROM physical_copy o
                                        WHERE (o.data_transfer_package_id = t.data_transfer_package_id
                                               OR o.raw_data_package_id = t.raw_data_package_id)
                                          AND o.data_location_id <> t.origin_location_id
                                          AND o.state IN ('PRESENT', 'DELETION_POSSIBLE')) AS other_copies,
                               EXISTS (SELECT FROM physical_copy d WHERE d.data_location_id = t.destination_location_id
                                          AND d.raw_data_file_id IS NULL AND d.state NOT IN ('DELETED', 'MISSING')) AS destination_used,
                               (SELECT k.state FROM physical_copy k JOIN data_location l ON l.id = k.data_location_id
                                 WHERE k.raw_data_package_id = t.raw_data_package_id AND k.data_location_id = t.destination_location_id
                                   AND l.location_type = 'LONG_TERM_ARCHIVE' AND k.state <> 'DELETED') AS archived
                          FROM data_transfer t
                          JOIN cargo p ON p.data_transfer_id = t.id
                          LEFT JOIN LATERAL (
                               SELECT x.id, x.path FROM physical_copy x
                                WHERE (x.data_transfer_package_id = t.data_transfer_package_id
                                       OR x.raw_data_package_id = t.raw_data_package_id)
                                  AND x.data_location_id = t.origin_location_id
                                  AND x.state IN ('PRESENT', 'DELETION_POSSIBLE') LIMIT 1) c ON true
                          LEFT JOIN transfer_route r ON r.id = t.transfer_route_id
                          LEFT JOIN data_location a ON a.id = t.origin_location_id
                          LEFT JOIN data_location z ON z.id = t.destination_location_id
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
                        row.getString("archived") == null ? null : CopyState.valueOf(row.getString("archived")),
                        row.getInt("send_count"),
                        row.getString("method"),
                        row.getString("method_now"),
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
                           AND o.failure_kind = 'LINK'
                           AND a.site_id = :origin AND z.site_id = :destination
                        """)
                .bind("type", TransferWorker.TYPE.name())
                .bind("origin", link.originSiteId())
                .bind("destination", link.destinationSiteId())
                .mapTo(Long.class)
                .list();
    }

    /** Notes that nothing need be sent: what stands under the final name is the archive's own copy. */
    static void there(Handle tx, ToSend ready) {
        tx.createUpdate("UPDATE data_transfer SET sent_at = clock_timestamp(), incoming_name = :name WHERE id = :id")
                .bind("name", ready.archivedAs())
                .bind("id", ready.id())
                .execute();
    }

    /** Notes that the bytes lie at the destination under their incoming name. */
    static void sent(Handle tx, long transferId, Sent sent) {
        tx.createUpdate("""
                        UPDATE data_transfer
                           SET sent_at = clock_timestamp(), incoming_name = :incoming, send_count = send_count + 1
                         WHERE id = :id
                        """)
                .bind("incoming", sent.incomingName())
                .bind("id", transferId)
                .execute();
        tx.createUpdate("""
                        INSERT INTO ends_reached (origin_location_id, destination_location_id, last_at)
                        VALUES (:origin, :destination, clock_timestamp())
                        ON CONFLICT (origin_location_id, destination_location_id) DO UPDATE SET last_at = excluded.last_at
                        """)
                .bind("origin", sent.originId())
                .bind("destination", sent.destinationId())
                .execute();
    }
}
