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
    static final String STUCK = """
            SELECT t.id, coalesce(t.data_transfer_package_id, t.raw_data_package_id) AS package_id,
                   t.raw_data_package_id IS NOT NULL AS alone, l.site_id AS origin, t.destination_site_id
              FROM data_transfer t
              LEFT JOIN data_transfer_package d ON d.id = t.data_transfer_package_id
              LEFT JOIN raw_data_package p ON p.id = t.raw_data_package_id
              JOIN data_location l ON l.id = coalesce(d.buffer_location_id, p.buffer_location_id)
             WHERE t.is_primary AND t.send_count = 0 AND t.sent_at IS NULL
               AND (t.waits_for IS NULL OR t.look_again_at IS NOT NULL)
               AND t.status IN ('PENDING', 'SCHEDULED')
               AND (l.site_id, t.destination_site_id, t.raw_data_package_id IS NOT NULL)
                   IN (SELECT * FROM unnest(:origins, :destinations, :alone))
               AND EXISTS (SELECT FROM data_transfer w
                            WHERE (w.data_transfer_package_id = t.data_transfer_package_id
                                   OR w.raw_data_package_id = t.raw_data_package_id)
                              AND NOT w.is_primary AND w.status = 'PENDING'
                              AND w.waits_for IS NOT NULL AND w.look_again_at IS NULL)
             ORDER BY t.id LIMIT :limit
            """;

    private ReroutingRows() {}

    /**
     * A primary of which nothing was sent whole and that is not under way.
     *
     * @param alone it is of one package that is in no transfer package
     */
    record Stuck(long transferId, long packageId, boolean alone, long originSiteId, long destinationSiteId) {}

    /** A transfer that waits for a primary. */
    record Secondary(long transferId, long primaryId, long siteId) {}

    /** Which transfer shall be the primary in whose place. */
    record Swap(Stuck stuck, Secondary instead) {}

    /** From where to which archive: transfer packages, or packages by themselves, which take no relay. */
    record Journey(Link ends, boolean alone) {}

    static Set<Link> avoidedFor(Handle tx, Duration patience) {
        return Set.copyOf(tx.createQuery("""
                        SELECT origin_site_id, destination_site_id FROM link
                         WHERE least(paused_since, unhealthy_since) < clock_timestamp() - make_interval(secs => :patience)
                        """)
                .bind("patience", patience.toMillis() / 1000.0)
                .map((row, context) -> new Link(row.getLong("origin_site_id"), row.getLong("destination_site_id")))
                .list());
    }

    /**
     * Only those that another archive is still to be sent as well: what has no choice takes no place from what has. They are
     * not locked: whoever claims one locks its operation first.
     */
    static List<Stuck> stuck(Handle tx, List<Journey> journeys, int limit) {
        return tx.createQuery(STUCK)
                .bindArray(
                        "origins",
                        Long.class,
                        journeys.stream().map(one -> one.ends().originSiteId()).toList())
                .bindArray(
                        "destinations",
                        Long.class,
                        journeys.stream()
                                .map(one -> one.ends().destinationSiteId())
                                .toList())
                .bindArray(
                        "alone",
                        Boolean.class,
                        journeys.stream().map(Journey::alone).toList())
                .bind("limit", limit)
                .map((row, context) -> new Stuck(
                        row.getLong("id"),
                        row.getLong("package_id"),
                        row.getBoolean("alone"),
                        row.getLong("origin"),
                        row.getLong("destination_site_id")))
                .list();
    }

    /** By the primary that they wait for, in order of their sites. */
    static Map<Long, List<Secondary>> lockSecondaries(Handle tx, List<Long> primaries) {
        return tx
                .createQuery("""
                        SELECT w.id, t.id AS primary_id, w.destination_site_id
                          FROM data_transfer t
                          JOIN data_transfer w ON w.data_transfer_package_id = t.data_transfer_package_id
                                               OR w.raw_data_package_id = t.raw_data_package_id
                         WHERE t.id = ANY (:primaries) AND NOT w.is_primary AND w.status = 'PENDING'
                           AND w.waits_for IS NOT NULL AND w.look_again_at IS NULL
                         ORDER BY w.destination_site_id FOR UPDATE OF w
                        """)
                .bindArray("primaries", Long.class, primaries)
                .map((row, context) ->
                        new Secondary(row.getLong("id"), row.getLong("primary_id"), row.getLong("destination_site_id")))
                .stream()
                .collect(Collectors.groupingBy(Secondary::primaryId));
    }

    /** Locks those of these primaries that nobody works on and of which nothing was sent. */
    static Set<Long> lockIdle(Handle tx, List<Long> primaries) {
        return Set.copyOf(tx.createQuery("""
                        SELECT id FROM data_transfer
                         WHERE id = ANY (:ids) AND is_primary AND send_count = 0 AND sent_at IS NULL AND status = 'PENDING'
                         ORDER BY id FOR UPDATE SKIP LOCKED
                        """)
                .bindArray("ids", Long.class, primaries)
                .mapTo(Long.class)
                .list());
    }

    /** Both transfers keep their uses: each goes on protecting the copy at the origin. */
    static void swap(Handle tx, List<Swap> swaps) {
        List<Long> old = swaps.stream().map(swap -> swap.stuck().transferId()).toList();
        List<Long> instead =
                swaps.stream().map(swap -> swap.instead().transferId()).toList();
        // Two statements, in this order: a package has one primary at any moment.
        tx.createUpdate("""
                        UPDATE data_transfer o
                           SET is_primary = false, waits_for = n.waits_for, look_again_at = NULL, origin_location_id = NULL,
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
                              FROM cargo p
                             WHERE t.id = ANY (:instead) AND p.data_transfer_id = t.id
                            RETURNING t.data_transfer_package_id, t.destination_site_id)
                        UPDATE data_transfer_package p SET primary_site_id = n.destination_site_id
                          FROM primary_now n WHERE p.id = n.data_transfer_package_id
                        """).bindArray("instead", Long.class, instead).execute();
    }
}
