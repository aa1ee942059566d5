package chasqui.filing;

import chasqui.filing.JournalEntry.Series;
import chasqui.notification.Notifications;
import chasqui.storage.RelativePath;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files that were accepted and could not be registered: the last word on each path of an observation, until it is filed after all. */
public final class Rejections {
    private static final Logger log = LoggerFactory.getLogger(Rejections.class);

    static final String COMPLETE = "(complete)";

    private final Jdbi database;

    public Rejections(Jdbi database) {
        this.database = database;
    }

    /** Puts them on the list; of what happens for one cause, one line goes to the log. */
    void add(List<Rejection> all) {
        if (all.isEmpty()) {
            return;
        }
        Map<String, List<Rejection>> byCause =
                all.stream().collect(Collectors.groupingBy(Rejection::reason, LinkedHashMap::new, Collectors.toList()));
        database.useTransaction(tx -> {
            insert(tx, all);
            byCause.values().forEach(same -> tell(tx, same));
        });
        byCause.values()
                .forEach(same -> log.warn("{}; {}", told(same), same.get(0).remedy()));
    }

    /** One message per location and instrument until somebody has seen it. */
    private static void tell(Handle tx, List<Rejection> same) {
        Rejection first = same.get(0);
        Notifications.raise(
                tx,
                Notifications.Level.WARNING,
                "filing-rejected:" + first.location() + ":" + first.instrument(),
                told(same) + "; they stay on their disk, and in no package",
                "chasqui file --rejected lists them all with what to do; the first: " + first.remedy());
    }

    private static String told(List<Rejection> same) {
        Rejection first = same.get(0);
        return first.location() + " " + readable(first.path())
                + (same.size() == 1 ? "" : " and " + (same.size() - 1) + " more") + " of observation "
                + first.observation() + " cannot be registered: " + first.reason();
    }

    private static void insert(Handle tx, List<Rejection> all) {
        Map<List<String>, Rejection> lastWords = new LinkedHashMap<>();
        all.forEach(
                one -> lastWords.put(List.of(one.location(), one.instrument(), one.observation(), one.path()), one));
        Collection<Rejection> rows = lastWords.values();
        tx.createUpdate("""
                        INSERT INTO filing_rejection (node, location, path, uuid, instrument, observation, filed_by, reason,
                                                      remedy, accepted_at)
                        SELECT * FROM unnest(:nodes, :locations, :paths, :uuids, :instruments, :observations, :filedBys,
                                             :reasons, :remedies, :accepted::timestamptz[])
                        ON CONFLICT (location, instrument, observation, sha256(path::bytea)) DO UPDATE
                           SET node = excluded.node, uuid = excluded.uuid, filed_by = excluded.filed_by, reason = excluded.reason,
                               remedy = excluded.remedy, accepted_at = excluded.accepted_at,
                               rejected_at = clock_timestamp()
                        """)
                .bindArray("nodes", String.class, each(rows, Rejection::node))
                .bindArray("locations", String.class, each(rows, Rejection::location))
                .bindArray("paths", String.class, each(rows, Rejection::path))
                .bindArray("uuids", UUID.class, each(rows, Rejection::uuid))
                .bindArray("instruments", String.class, each(rows, Rejection::instrument))
                .bindArray("observations", String.class, each(rows, Rejection::observation))
                .bindArray("filedBys", String.class, each(rows, Rejection::filedBy))
                .bindArray("reasons", String.class, each(rows, Rejection::reason))
                .bindArray("remedies", String.class, each(rows, Rejection::remedy))
                .bindArray("accepted", String.class, each(rows, one -> one.acceptedAt()
                        .toString()))
                .execute();
    }

    private static <T> List<T> each(Collection<Rejection> all, Function<Rejection, T> field) {
        List<T> values = new ArrayList<>(all.size());
        all.forEach(one -> values.add(field.apply(one)));
        return values;
    }

    /** How many files of a request are on the list. */
    long ofRequest(Series series, Instant acceptedAt) {
        return database.withHandle(db -> db.createQuery("""
                        SELECT count(*) FROM filing_rejection
                         WHERE location = :location AND instrument = :instrument AND observation = :observation
                           AND accepted_at = :accepted::timestamptz AND path <> ''
                        """)
                .bind("location", series.location())
                .bind("instrument", series.instrument())
                .bind("observation", series.observation())
                .bind("accepted", acceptedAt.toString())
                .mapTo(Long.class)
                .one());
    }

    /** These paths of an observation are registered now, whatever instrument somebody had named before. */
    void clear(Series series, List<String> paths) {
        if (paths.isEmpty()) {
            return;
        }
        database.useHandle(db -> db.createUpdate("""
                        DELETE FROM filing_rejection r USING unnest(:paths) AS registered (path)
                         WHERE r.location = :location AND r.observation = :observation
                           AND sha256(r.path::bytea) = sha256(registered.path::bytea)
                        """)
                .bind("location", series.location())
                .bind("observation", series.observation())
                .bindArray("paths", String.class, paths)
                .execute());
    }

    /**
     * Takes rejections from the list that somebody has dealt with otherwise than by filing again.
     *
     * @param reason for the audit
     * @return how many there were
     */
    public int dismiss(Dismissal which, String who, String reason) {
        return database.withHandle(db -> db.createQuery("""
                        WITH gone AS (
                            DELETE FROM filing_rejection
                             WHERE location = :location AND instrument = :instrument
                               AND (:observation::text IS NULL OR observation = :observation)
                               AND (:path::text IS NULL OR path = :path OR path = :encoded)
                            RETURNING path),
                        told AS (
                            INSERT INTO audit (who, action, subject, reason, details)
                            SELECT :who, 'filing dismiss', :subject, :reason,
                                   jsonb_build_object('count', count(*), 'first', (SELECT array_agg(path)
                                                                         FROM (SELECT path FROM gone ORDER BY path LIMIT 100) f))
                              FROM gone HAVING count(*) > 0)
                        SELECT count(*) FROM gone
                        """)
                .bind("location", which.location())
                .bind("instrument", which.instrument())
                .bind("observation", which.observation())
                .bind("path", which.path())
                .bind("encoded", which.encodedPath())
                .bind("who", who)
                .bind("subject", which.toString())
                .bind("reason", reason)
                .mapTo(Integer.class)
                .one());
    }

    /**
     * What one location has on the list.
     *
     * @param oldestSeconds how long the first of them has been there
     */
    public record Count(String location, long files, double oldestSeconds) {}

    /** @param mostSeconds how long the database may count */
    public List<Count> byLocation(int mostSeconds) {
        return database.withHandle(db -> db.createQuery("""
                        SELECT location, count(*) FILTER (WHERE path <> '') AS files,
                               extract(epoch FROM clock_timestamp() - min(rejected_at)) AS age
                          FROM filing_rejection GROUP BY location
                        """)
                .setQueryTimeout(mostSeconds)
                .map((row, context) -> new Count(row.getString("location"), row.getLong("files"), row.getDouble("age")))
                .list());
    }

    /** The latest first. */
    public List<Rejection> latest(int most) {
        return database.withHandle(db -> db.createQuery("""
                        SELECT node, location, path, uuid, instrument, observation, filed_by, reason, remedy, accepted_at,
                               rejected_at
                          FROM filing_rejection ORDER BY rejected_at DESC LIMIT :most
                        """)
                .bind("most", most)
                .map((row, context) -> new Rejection(
                        row.getString("node"),
                        row.getString("location"),
                        row.getString("path"),
                        row.getObject("uuid", UUID.class),
                        row.getString("instrument"),
                        row.getString("observation"),
                        row.getString("filed_by"),
                        row.getString("reason"),
                        row.getString("remedy"),
                        row.getObject("accepted_at", OffsetDateTime.class).toInstant(),
                        row.getObject("rejected_at", OffsetDateTime.class).toInstant()))
                .list());
    }

    /** A path as people read it; of the word that an observation is complete, that. */
    public static String readable(String path) {
        return path.isEmpty() ? COMPLETE : new RelativePath(path).readable();
    }
}
