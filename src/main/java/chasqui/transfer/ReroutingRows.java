package chasqui.transfer;

import chasqui.link.Link;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The statements behind {@link Rerouting}. */
final class ReroutingRows {
    private ReroutingRows() {}

    /** A primary of which nothing was sent whole and that is not under way. */
    record Stuck(long transferId, long packageId, long originSiteId, long destinationSiteId, boolean hasOperation) {}

    /** A transfer that waits for the primary of its package. */
    record Secondary(long transferId, long packageId, long siteId) {}

    /** Which transfer shall be the primary in whose place. */
    record Swap(Stuck stuck, Secondary instead) {}

    static Set<Link> avoidedFor(Handle tx, Duration patience) {
        return Set.copyOf(tx.createQuery("""
                        SELECT origin_site_id, destination_site_id FROM link
                         WHERE least(paused_since, unhealthy_since) < clock_timestamp() - make_interval(secs => :patience)
                        """)
                .bind("patience", patience.toMillis() / 1000.0)
                .map((row, context) -> new Link(row.getLong("origin_site_id"), row.getLong("destination_site_id")))
                .list());
    }

    static List<Stuck> lockStuck(Handle tx, List<Link> pairs, int limit) {
        return tx.createQuery("""
                        SELECT t.id, p.id AS package_id, l.site_id AS origin, t.destination_site_id,
                               t.status = 'SCHEDULED' AS has_operation
                          FROM data_transfer t
                          JOIN data_transfer_package p ON p.id = t.data_transfer_package_id
                          JOIN data_location l ON l.id = p.buffer_location_id
                         WHERE t.is_primary AND t.send_count = 0 AND t.sent_at IS NULL AND t.waits_for IS NULL
                           AND t.status IN ('PENDING', 'SCHEDULED')
                           AND (l.site_id, t.destination_site_id) IN (SELECT * FROM unnest(:origins, :destinations))
                         ORDER BY t.id LIMIT :limit FOR UPDATE OF t SKIP LOCKED
                        """)
                .bindArray(
                        "origins",
                        Long.class,
                        pairs.stream().map(Link::originSiteId).toList())
                .bindArray(
                        "destinations",
                        Long.class,
                        pairs.stream().map(Link::destinationSiteId).toList())
                .bind("limit", limit)
                .map((row, context) -> new Stuck(
                        row.getLong("id"),
                        row.getLong("package_id"),
                        row.getLong("origin"),
                        row.getLong("destination_site_id"),
                        row.getBoolean("has_operation")))
                .list();
    }

    /** By package, in order of their sites. */
    static Map<Long, List<Secondary>> lockSecondaries(Handle tx, List<Long> packages) {
        return tx
                .createQuery("""
                        SELECT id, data_transfer_package_id, destination_site_id FROM data_transfer
                         WHERE data_transfer_package_id = ANY (:packages) AND NOT is_primary AND waits_for IS NOT NULL
                           AND status = 'PENDING'
                         ORDER BY destination_site_id FOR UPDATE
                        """)
                .bindArray("packages", Long.class, packages)
                .map((row, context) -> new Secondary(
                        row.getLong("id"), row.getLong("data_transfer_package_id"), row.getLong("destination_site_id")))
                .stream()
                .collect(Collectors.groupingBy(Secondary::packageId));
    }

    /** Both transfers keep their uses: each goes on protecting the copy at the origin. */
    static void swap(Handle tx, List<Swap> swaps) {
        List<Long> old = swaps.stream().map(swap -> swap.stuck().transferId()).toList();
        List<Long> instead =
                swaps.stream().map(swap -> swap.instead().transferId()).toList();
        // Two statements, in this order: a package has one primary at any moment.
        tx.createUpdate("""
                        UPDATE data_transfer o
                           SET is_primary = false, waits_for = n.waits_for, origin_location_id = NULL,
                               destination_location_id = NULL, transfer_route_id = NULL, method = NULL, pull = false
                          FROM unnest(:old, :instead) AS w (old, instead) JOIN data_transfer n ON n.id = w.instead
                         WHERE o.id = w.old
                        """)
                .bindArray("old", Long.class, old)
                .bindArray("instead", Long.class, instead)
                .execute();
        tx.createUpdate("""
                        WITH primary_now AS (
                            UPDATE data_transfer t SET is_primary = true, waits_for = NULL, origin_location_id = p.buffer_location_id
                              FROM data_transfer_package p
                             WHERE t.id = ANY (:instead) AND p.id = t.data_transfer_package_id
                            RETURNING t.data_transfer_package_id, t.destination_site_id)
                        UPDATE data_transfer_package p SET primary_site_id = n.destination_site_id
                          FROM primary_now n WHERE p.id = n.data_transfer_package_id
                        """).bindArray("instead", Long.class, instead).execute();
    }
}
