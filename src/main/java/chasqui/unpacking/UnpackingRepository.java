package chasqui.unpacking;

import chasqui.pipeline.OperationStore;
import chasqui.storage.Checksum;
import chasqui.storage.PackageDigest;
import chasqui.topology.Locations;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The statements of stage 4. */
final class UnpackingRepository {
    private UnpackingRepository() {}

    static List<OperationStore.NewOperation> lockArrived(Handle tx, int limit) {
        return tx.createQuery("""
                        SELECT t.id, t.destination_location_id, p.priority
                          FROM data_transfer t JOIN cargo p ON p.data_transfer_id = t.id
                          JOIN data_location l ON l.id = t.destination_location_id
                         WHERE t.status = 'PENDING' AND t.sent_at IS NOT NULL AND l.location_type = 'BUFFER'
                         ORDER BY p.priority, t.id LIMIT :limit FOR UPDATE OF t SKIP LOCKED
                        """)
                .bind("limit", limit)
                .map((row, context) -> new OperationStore.NewOperation(
                        row.getLong("id"), row.getLong("destination_location_id"), row.getInt("priority")))
                .list();
    }

    /** Empty when nothing was sent, or it is to be sent again. */
    static Optional<Arrival> arrival(Handle db, long transferId, Locations locations) {
        return db.createQuery("""
                        SELECT t.id, t.data_transfer_package_id, p.name, p.size_bytes, p.xxh64, t.destination_location_id,
                               t.incoming_name, l.site_id <> t.destination_site_id AS relayed,
                               t.send_count - (SELECT coalesce(sum(h.send_count), 0) FROM data_transfer_hop h
                                                WHERE h.data_transfer_id = t.id) AS send_count,
                               t.is_primary AND EXISTS (
                                   SELECT FROM data_transfer w
                                    WHERE w.data_transfer_package_id = t.data_transfer_package_id AND NOT w.is_primary
                                      AND w.waits_for IS NOT NULL AND w.status NOT IN ('COMPLETED', 'CANCELLED')) AS keep
                          FROM data_transfer t JOIN cargo p ON p.data_transfer_id = t.id
                          JOIN data_location l ON l.id = t.destination_location_id
                         WHERE t.id = :id AND t.sent_at IS NOT NULL
                        """)
                .bind("id", transferId)
                .map((row, context) -> new Arrival(
                        row.getLong("id"),
                        row.getObject("data_transfer_package_id", Long.class),
                        row.getString("name"),
                        digest(row),
                        locations.byId(row.getLong("destination_location_id")),
                        row.getString("incoming_name"),
                        row.getInt("send_count"),
                        row.getBoolean("relayed"),
                        row.getBoolean("keep"),
                        packages(db, row.getLong("id"))))
                .findOne();
    }

    private static List<Arrival.ArrivedPackage> packages(Handle db, long transferId) {
        return db.createQuery("""
                        SELECT p.id, p.name, p.size_bytes, p.xxh64
                          FROM raw_data_package p
                         WHERE p.data_transfer_package_id = (SELECT data_transfer_package_id FROM data_transfer WHERE id = :id)
                            OR p.id = (SELECT raw_data_package_id FROM data_transfer WHERE id = :id)
                         ORDER BY p.name COLLATE "C"
                        """)
                .bind("id", transferId)
                .map((row, context) ->
                        new Arrival.ArrivedPackage(row.getLong("id"), row.getString("name"), digest(row)))
                .list();
    }

    private static PackageDigest digest(ResultSet row) throws SQLException {
        return new PackageDigest(row.getLong("size_bytes"), Checksum.parse(row.getString("xxh64")), null);
    }

    /** The transfer goes back to before it was sent. */
    static void forgetSent(Handle tx, long transferId) {
        tx.createUpdate("UPDATE data_transfer SET sent_at = NULL, incoming_name = NULL WHERE id = :id")
                .bind("id", transferId)
                .execute();
    }

    /** One hop is behind the transfer: from here on it is sent from where it is now, by a way that is still to be chosen. */
    static void hopped(Handle tx, long transferId, int sendCount) {
        tx.createUpdate("""
                        INSERT INTO data_transfer_hop (data_transfer_id, hop, origin_location_id, destination_location_id, method,
                                                       send_count, sent_at)
                        SELECT t.id, 1 + (SELECT count(*) FROM data_transfer_hop h WHERE h.data_transfer_id = t.id),
                               t.origin_location_id, t.destination_location_id, t.method, :sendCount, t.sent_at
                          FROM data_transfer t WHERE t.id = :id
                        """).bind("sendCount", sendCount).bind("id", transferId).execute();
        tx.createUpdate("""
                        UPDATE data_transfer
                           SET origin_location_id = destination_location_id, destination_location_id = NULL,
                               transfer_route_id = NULL, method = NULL, pull = false, sent_at = NULL, incoming_name = NULL
                         WHERE id = :id
                        """).bind("id", transferId).execute();
    }

    static void completed(Handle tx, long transferId) {
        tx.createUpdate("UPDATE data_transfer SET completed_at = clock_timestamp() WHERE id = :id")
                .bind("id", transferId)
                .execute();
    }

    /**
     * What waited for a primary may go on, from where that ended.
     *
     * @return ids of the secondary transfers; empty when it is no primary
     */
    static List<Long> letSecondariesGo(Handle tx, long transferId, long destinationId) {
        return tx.createQuery("""
                        UPDATE data_transfer w SET waits_for = NULL, look_again_at = NULL, origin_location_id = :origin
                          FROM data_transfer t
                         WHERE t.id = :id AND t.is_primary AND NOT w.is_primary AND w.waits_for IS NOT NULL
                           AND (w.data_transfer_package_id = t.data_transfer_package_id
                                OR w.raw_data_package_id = t.raw_data_package_id)
                           AND w.status NOT IN ('COMPLETED', 'CANCELLED')
                        RETURNING w.id
                        """)
                .bind("origin", destinationId)
                .bind("id", transferId)
                .mapTo(Long.class)
                .list();
    }
}
