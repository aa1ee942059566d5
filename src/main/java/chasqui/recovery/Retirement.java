package chasqui.recovery;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Takes a node that is gone for good out of the register, so that nobody leaves its work to it any more. Whoever is wrong
 * about that does no harm: a node that lives enters again at its next beat, and its leases are fenced as ever.
 */
public final class Retirement {
    private final Jdbi database;

    public Retirement(Jdbi database) {
        this.database = database;
    }

    /**
     * What was in its name.
     *
     * @param operations that go back to their queues when their leases have run out
     * @param monitored whether a node lives that puts them back
     */
    public record Retired(String host, Instant lastBeat, long operations, boolean monitored) {}

    private record Entry(long processId, Instant startedAt, long silentSeconds, boolean beats, Retired whole) {}

    /**
     * Forgets a node.
     *
     * @throws ChasquiException (item) it beats, there is none of that name, or no reason is given
     */
    public Retired forget(String name, String who, String reason) {
        if (reason == null || reason.isBlank()) {
            throw refused("why? Say so with --reason: whoever misses the node will want to know");
        }
        return database.inTransaction(tx -> {
            Entry entry = entry(tx, name).orElseThrow(() -> unknown(tx, name));
            if (entry.beats()) {
                throw refused(
                        "node %s beats: process %d on %s, started %s, heard of %d s ago (%s); stop it first, its work goes back by itself then"
                                .formatted(
                                        name,
                                        entry.processId(),
                                        entry.whole().host(),
                                        entry.startedAt(),
                                        entry.silentSeconds(),
                                        entry.whole().lastBeat()));
            }
            tx.execute("DELETE FROM preflight_finding WHERE node = ?", name);
            tx.execute("DELETE FROM node WHERE name = ?", name);
            audit(tx, name, who, reason.strip(), entry.whole());
            return entry.whole();
        });
    }

    /** Waits for a beat that is under way, and judges by it. */
    private static Optional<Entry> entry(Handle tx, String name) {
        return tx.createQuery("""
                        SELECT n.host, n.process_id, n.started_at, n.heartbeat_at,
                               extract(epoch FROM clock_timestamp() - n.heartbeat_at)::bigint AS silent,
                               n.stopped_at IS NULL AND n.heartbeat_at > clock_timestamp() - interval '1 minute' AS beats,
                               (SELECT count(*) FROM operation o
                                 WHERE o.status = 'IN_PROGRESS' AND o.lease_owner = n.name) AS held,
                               EXISTS (SELECT FROM live_node m
                                        WHERE m.name <> n.name AND 'monitor' = ANY (m.roles)) AS monitored
                          FROM node n WHERE n.name = :name FOR UPDATE OF n
                        """)
                .bind("name", name)
                .map((row, context) -> new Entry(
                        row.getLong("process_id"),
                        row.getTimestamp("started_at").toInstant(),
                        row.getLong("silent"),
                        row.getBoolean("beats"),
                        new Retired(
                                row.getString("host"),
                                row.getTimestamp("heartbeat_at").toInstant(),
                                row.getLong("held"),
                                row.getBoolean("monitored"))))
                .findOne();
    }

    private static ChasquiException unknown(Handle tx, String name) {
        List<String> names = tx.createQuery("SELECT name FROM node ORDER BY name LIMIT 50")
                .mapTo(String.class)
                .list();
        return refused("there is no node \"" + name + "\" in the register; there are: " + String.join(", ", names));
    }

    private static void audit(Handle tx, String name, String who, String reason, Retired gone) {
        tx.createUpdate("""
                        INSERT INTO audit (who, action, subject, reason, details)
                        VALUES (:who, 'node forgotten', 'node ' || :name, :reason,
                                jsonb_build_object('host', :host::text, 'last_beat', :beat::text, 'operations', :operations::bigint))
                        """)
                .bind("who", who)
                .bind("name", name)
                .bind("reason", reason)
                .bind("host", gone.host())
                .bind("beat", gone.lastBeat().toString())
                .bind("operations", gone.operations())
                .execute();
    }

    private static ChasquiException refused(String why) {
        return new ChasquiException(FailureKind.ITEM, false, why);
    }
}
