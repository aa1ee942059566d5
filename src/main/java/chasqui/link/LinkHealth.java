package chasqui.link;

import java.util.concurrent.ThreadLocalRandom;
import org.jdbi.v3.core.Handle;

/** Whether links answer. Failures in a row make one unhealthy; one success makes it healthy. */
public final class LinkHealth {
    private final LinkSettings settings;

    public LinkHealth(LinkSettings settings) {
        this.settings = settings;
    }

    /**
     * Counts a failure that the link is to blame for; from the threshold on each one lengthens the pause
     * until the next probe.
     *
     * @return whether the link became unhealthy by it
     */
    public boolean failed(Handle tx, Link link, String why) {
        int probes = tx.createQuery("""
                        INSERT INTO link AS l (origin_site_id, destination_site_id, consecutive_failures, failure)
                        VALUES (:origin, :destination, 1, :why)
                        ON CONFLICT (origin_site_id, destination_site_id) DO UPDATE
                           SET consecutive_failures = l.consecutive_failures + 1, failure = excluded.failure
                        RETURNING CASE WHEN consecutive_failures >= :threshold THEN probes ELSE -1 END
                        """)
                .bind("origin", link.originSiteId())
                .bind("destination", link.destinationSiteId())
                .bind("why", why)
                .bind("threshold", settings.unhealthyAfter())
                .mapTo(Integer.class)
                .one();
        if (probes < 0) {
            return false;
        }
        double pause =
                settings.probe().delay(probes, ThreadLocalRandom.current()).toMillis() / 1000.0;
        tx.createUpdate("""
                        UPDATE link SET unhealthy_since = coalesce(unhealthy_since, clock_timestamp()), probes = probes + 1,
                                        probe_at = clock_timestamp() + make_interval(secs => :pause)
                         WHERE origin_site_id = :origin AND destination_site_id = :destination
                        """)
                .bind("pause", pause)
                .bind("origin", link.originSiteId())
                .bind("destination", link.destinationSiteId())
                .execute();
        return probes == 0;
    }

    /** @return whether the link became healthy by it */
    public static boolean succeeded(Handle tx, Link link) {
        return tx.createQuery("""
                        WITH before AS (SELECT unhealthy_since FROM link
                                         WHERE origin_site_id = :origin AND destination_site_id = :destination)
                        UPDATE link SET consecutive_failures = 0, failure = NULL, unhealthy_since = NULL, probes = 0, probe_at = NULL
                         WHERE origin_site_id = :origin AND destination_site_id = :destination AND consecutive_failures > 0
                        RETURNING (SELECT unhealthy_since IS NOT NULL FROM before)
                        """)
                .bind("origin", link.originSiteId())
                .bind("destination", link.destinationSiteId())
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
    }
}
