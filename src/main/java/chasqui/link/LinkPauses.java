package chasqui.link;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** People stop links and let them go again. Running transfers end; whatever the topology file says, the pause stays. */
public final class LinkPauses {
    private final Jdbi database;

    public LinkPauses(Jdbi database) {
        this.database = database;
    }

    /**
     * Nothing begins on this link from here on. A paused link stays so, now by this person for this reason.
     *
     * @param from short name of a site; {@code to} likewise
     * @throws ChasquiException (item) no such sites, or no reason given
     */
    public void pause(String from, String to, String who, String reason) {
        if (reason == null || reason.isBlank()) {
            throw refused("why? Say so with --reason: whoever finds the link paused will want to know");
        }
        database.useTransaction(tx -> {
            Link link = link(tx, from, to);
            tx.createUpdate("""
                            INSERT INTO link (origin_site_id, destination_site_id, paused_by, paused_since, pause_reason)
                            VALUES (:origin, :destination, :who, clock_timestamp(), :reason)
                            ON CONFLICT (origin_site_id, destination_site_id) DO UPDATE
                               SET paused_by = excluded.paused_by, pause_reason = excluded.pause_reason,
                                   paused_since = coalesce(link.paused_since, excluded.paused_since)
                            """)
                    .bind("origin", link.originSiteId())
                    .bind("destination", link.destinationSiteId())
                    .bind("who", who)
                    .bind("reason", reason.strip())
                    .execute();
            audit(tx, who, "link paused", from, to, reason);
        });
    }

    /**
     * @return false when it was not paused
     * @throws ChasquiException (item) no such sites
     */
    public boolean resume(String from, String to, String who, String reason) {
        return database.inTransaction(tx -> {
            Link link = link(tx, from, to);
            boolean wasPaused = tx.createUpdate("""
                                    UPDATE link SET paused_by = NULL, paused_since = NULL, pause_reason = NULL
                                     WHERE origin_site_id = :origin AND destination_site_id = :destination
                                       AND paused_since IS NOT NULL
                                    """)
                            .bind("origin", link.originSiteId())
                            .bind("destination", link.destinationSiteId())
                            .execute()
                    > 0;
            if (wasPaused) {
                audit(tx, who, "link resumed", from, to, reason);
            }
            return wasPaused;
        });
    }

    private static Link link(Handle tx, String from, String to) {
        if (from.equals(to)) {
            throw refused("a link joins two sites, and both are " + from);
        }
        return new Link(site(tx, from), site(tx, to));
    }

    private static long site(Handle tx, String shortName) {
        return tx.createQuery("SELECT id FROM site WHERE short_name = :name")
                .bind("name", shortName)
                .mapTo(Long.class)
                .findOne()
                .orElseThrow(() -> {
                    List<String> known = tx.createQuery("SELECT short_name FROM site ORDER BY short_name")
                            .mapTo(String.class)
                            .list();
                    return refused("there is no site \"" + shortName + "\"; known: " + String.join(", ", known));
                });
    }

    private static void audit(Handle tx, String who, String action, String from, String to, String reason) {
        tx.createUpdate("INSERT INTO audit (who, action, subject, reason) VALUES (:who, :action, :subject, :reason)")
                .bind("who", who)
                .bind("action", action)
                .bind("subject", "link " + from + " → " + to)
                .bind("reason", reason)
                .execute();
    }

    private static ChasquiException refused(String why) {
        return new ChasquiException(FailureKind.ITEM, false, why);
    }
}
