package chasqui.transfer;

import chasqui.link.Link;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The statements behind {@link Admission}. */
final class WaitingRows {
    /** Any number that nothing else in this database uses. */
    private static final long ONE_AT_A_TIME = 0x63_68_61_73_71_75_69_03L;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    static final String LIVE = """
            SELECT o.id, t.id AS transfer_id, o.priority, o.status = 'IN_PROGRESS' AS running,
                   o.waits_for IS NULL AS admitted, o.not_before <= clock_timestamp() AS due,
                   a.site_id AS origin, z.site_id AS destination, c.instrument_id,
                   o.data_location_id AS worker, a.id AS origin_location, z.id AS destination_location,
                   coalesce(o.failure_kind = 'LOCATION', false)
                   AND o.claimed_at > coalesce(e.last_at, '-infinity') AS location_failed,
                   o.created_at > clock_timestamp() - make_interval(secs => :trial)
                   OR o.status = 'IN_PROGRESS' AND o.failure_kind IS DISTINCT FROM 'LOCATION' AS on_trial,
                   o.waits_for IS NULL AND o.status <> 'IN_PROGRESS'
                   AND o.not_before < clock_timestamp() - make_interval(secs => :patience) AS unclaimed,
                   CASE WHEN o.status = 'IN_PROGRESS' THEN NULL
                        WHEN EXISTS (SELECT FROM physical_copy c
                                      WHERE (c.data_transfer_package_id = t.data_transfer_package_id
                                             OR c.raw_data_package_id = t.raw_data_package_id)
                                        AND c.data_location_id = a.id AND c.state IN ('PRESENT', 'DELETION_POSSIBLE'))
                             AND NOT (a.active AND z.active AND (z.draining_since IS NULL OR z.location_type <> 'BUFFER')
                                      AND (SELECT q.active FROM data_location q WHERE q.id = o.data_location_id)
                                      AND EXISTS (SELECT FROM way w
                                                   WHERE w.origin_site_id = a.site_id
                                                     AND w.destination_site_id = t.destination_site_id
                                                     AND w.next_site_id = z.site_id
                                                     AND w.route_id IS NOT DISTINCT FROM t.transfer_route_id))
                        THEN 'the topology has its way no more'
                        WHEN o.waits_for IS NOT NULL AND NOT way_is_open(t.transfer_route_id, a.site_id, z.site_id)
                             AND EXISTS (SELECT FROM way w
                                          WHERE w.origin_site_id = a.site_id
                                            AND w.destination_site_id = t.destination_site_id AND w.next_site_id <> z.site_id
                                            AND CASE WHEN t.raw_data_package_id IS NULL THEN w.for_transfer_package
                                                     ELSE w.for_package END
                                            AND way_is_open(w.route_id, w.origin_site_id, w.next_site_id))
                        THEN 'another way is open' END AS anew
              FROM operation o
              JOIN data_transfer t ON t.id = o.subject_id
              JOIN data_location a ON a.id = t.origin_location_id
              JOIN data_location z ON z.id = t.destination_location_id
              JOIN cargo c ON c.data_transfer_id = t.id
              LEFT JOIN ends_reached e ON (e.origin_location_id, e.destination_location_id) = (a.id, z.id)
             WHERE o.type = :type AND o.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
               AND NOT EXISTS (SELECT FROM unreachable_operation u WHERE u.id = o.id)
            """;

    /**
     * From line to line by the index, and of each the first. What could not go is looked at beside them, the longest ago
     * first: it takes no place from those behind it.
     */
    static final String FIRST = """
            WITH RECURSIVE line AS (
                (SELECT coalesce(origin_location_id, 0) AS origin, destination_site_id AS site, instrument_id AS instrument,
                        raw_data_package_id IS NULL AS bundled
                   FROM data_transfer
                  WHERE status = 'PENDING' AND sent_at IS NULL AND waits_for IS NULL AND look_again_at IS NULL
                  ORDER BY 1, 2, 3, 4 LIMIT 1)
                UNION ALL
                SELECT next.* FROM line
                 CROSS JOIN LATERAL (
                       SELECT coalesce(t.origin_location_id, 0), t.destination_site_id, t.instrument_id,
                              t.raw_data_package_id IS NULL
                         FROM data_transfer t
                        WHERE t.status = 'PENDING' AND t.sent_at IS NULL AND t.waits_for IS NULL AND t.look_again_at IS NULL
                          AND (coalesce(t.origin_location_id, 0), t.destination_site_id, t.instrument_id,
                               (t.raw_data_package_id IS NULL)) > (line.origin, line.site, line.instrument, line.bundled)
                        ORDER BY 1, 2, 3, 4 LIMIT 1) next)
            SELECT first.id, line.instrument AS instrument_id, false AS again, first.crowd > :depth AS crowded
              FROM line
             CROSS JOIN LATERAL (
                   SELECT few.id, row_number() OVER (ORDER BY few.priority, few.is_primary DESC, few.id) AS place,
                          count(*) OVER () AS crowd
                     FROM (SELECT t.id, t.priority, t.is_primary FROM data_transfer t
                            WHERE t.status = 'PENDING' AND t.sent_at IS NULL AND t.waits_for IS NULL
                              AND t.look_again_at IS NULL
                              AND coalesce(t.origin_location_id, 0) = line.origin AND t.destination_site_id = line.site
                              AND t.instrument_id = line.instrument AND (t.raw_data_package_id IS NULL) = line.bundled
                            ORDER BY t.priority, t.is_primary DESC, t.id LIMIT :depth + 1) few) first
             WHERE first.place <= :depth
            UNION ALL
            SELECT again.id, again.instrument_id, true, count(*) OVER () >= :again
              FROM (SELECT id, instrument_id FROM data_transfer
                     WHERE status = 'PENDING' AND sent_at IS NULL AND look_again_at <= statement_timestamp()
                     ORDER BY look_again_at, id LIMIT :again) again
            """;

    private WaitingRows() {}

    /**
     * A transfer with a live operation.
     *
     * @param unclaimed it was let go long ago, and nobody has begun with it
     * @param locationFailed it failed because of the location at one of its ends, in an attempt that began after the last
     *     transfer got from the one to the other
     * @param onTrial it may still show whether anything gets there: it was let go for the first time not long ago, or runs
     *     and has not failed so
     * @param anew why it is to be decided anew how it goes; null: it goes as it was decided
     */
    record Live(
            Contender contender,
            boolean running,
            boolean due,
            boolean unclaimed,
            boolean locationFailed,
            boolean onTrial,
            Ends ends,
            String anew) {}

    /**
     * Where a transfer is worked on, and from which location to which it goes.
     *
     * @param worker data location whose worker does it
     */
    record Ends(long worker, long origin, long destination) {
        static Ends of(Decision decision) {
            return new Ends(decision.workerLocationId(), decision.originLocationId(), decision.destinationLocationId());
        }
    }

    /** Waits for other managers, so that together they let no more go than one would; until the transaction ends. */
    static void lock(Handle tx) {
        tx.execute("SET LOCAL lock_timeout = " + LONGEST_WAIT.toMillis());
        tx.createQuery("SELECT true FROM (SELECT pg_advisory_xact_lock(:key)) AS waited")
                .bind("key", ONE_AT_A_TIME)
                .mapTo(Boolean.class)
                .one();
    }

    /** @param trial for how long what was let go counts as on trial */
    static List<Live> live(Handle tx, Duration trial) {
        return tx.createQuery(LIVE)
                .bind("type", TransferWorker.TYPE.name())
                .bind("patience", Unclaimed.PATIENCE.toSeconds())
                .bind("trial", trial.toMillis() / 1000.0)
                .map((row, context) -> new Live(
                        new Contender(
                                row.getLong("transfer_id"),
                                row.getLong("id"),
                                new Link(row.getLong("origin"), row.getLong("destination")),
                                row.getInt("priority"),
                                row.getLong("instrument_id"),
                                row.getBoolean("admitted")),
                        row.getBoolean("running"),
                        row.getBoolean("due"),
                        row.getBoolean("unclaimed"),
                        row.getBoolean("location_failed"),
                        row.getBoolean("on_trial"),
                        new Ends(
                                row.getLong("worker"),
                                row.getLong("origin_location"),
                                row.getLong("destination_location")),
                        row.getString("anew")))
                .list();
    }

    /**
     * A transfer to be looked at.
     *
     * @param again it could not go before
     * @param crowded there are more like it than one round looks at
     */
    record First(long id, long instrumentId, boolean again, boolean crowded) {}

    /**
     * The first of the waiting transfers of each instrument on each way, and some of those that could not go before: enough
     * to fill every link, however many wait.
     *
     * @param depth how many of each
     * @param again how many of those that could not go
     */
    static List<First> first(Handle tx, int depth, int again) {
        return tx.createQuery(FIRST)
                .bind("depth", depth)
                .bind("again", again)
                .map((row, context) -> new First(
                        row.getLong("id"),
                        row.getLong("instrument_id"),
                        row.getBoolean("again"),
                        row.getBoolean("crowded")))
                .list();
    }

    /** When each instrument had its last turn, by link. */
    static Map<Link, Map<Long, Long>> turns(Handle tx) {
        Map<Link, Map<Long, Long>> turns = new HashMap<>();
        tx.createQuery("SELECT origin_site_id, destination_site_id, instrument_id, turn FROM link_turn")
                .map((row, context) -> turns.computeIfAbsent(
                                new Link(row.getLong("origin_site_id"), row.getLong("destination_site_id")),
                                link -> new HashMap<>())
                        .put(row.getLong("instrument_id"), row.getLong("turn")))
                .list();
        return turns;
    }

    /** A turn that was taken. */
    record Turn(Link link, long instrumentId, long turn) {}

    static void tookTurns(Handle tx, List<Turn> taken) {
        if (taken.isEmpty()) {
            return;
        }
        tx.createUpdate("""
                        INSERT INTO link_turn (origin_site_id, destination_site_id, instrument_id, turn)
                        SELECT * FROM unnest(:origins, :destinations, :instruments, :turns)
                        ON CONFLICT (origin_site_id, destination_site_id, instrument_id) DO UPDATE SET turn = excluded.turn
                        """)
                .bindArray(
                        "origins",
                        Long.class,
                        taken.stream().map(turn -> turn.link().originSiteId()).toList())
                .bindArray(
                        "destinations",
                        Long.class,
                        taken.stream()
                                .map(turn -> turn.link().destinationSiteId())
                                .toList())
                .bindArray(
                        "instruments",
                        Long.class,
                        taken.stream().map(Turn::instrumentId).toList())
                .bindArray("turns", Long.class, taken.stream().map(Turn::turn).toList())
                .execute();
    }
}
