package chasqui.filing;

import chasqui.storage.RelativePath;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files that were accepted and could not be registered: the last word on each path, until it is filed after all. */
public final class Rejections {
    private static final Logger log = LoggerFactory.getLogger(Rejections.class);

    private final Jdbi database;

    public Rejections(Jdbi database) {
        this.database = database;
    }

    void add(Rejection rejection) {
        log.warn(
                "{} {} of observation {} cannot be registered: {}; {}",
                rejection.location(),
                readable(rejection.path()),
                rejection.observation(),
                rejection.reason(),
                rejection.remedy());
        database.useHandle(db -> db.createUpdate("""
                        INSERT INTO filing_rejection (node, location, path, uuid, instrument, observation, reason, remedy,
                                                      accepted_at)
                        VALUES (:node, :location, :path, :uuid, :instrument, :observation, :reason, :remedy, :accepted)
                        ON CONFLICT (location, sha256(path::bytea)) DO UPDATE
                           SET node = excluded.node, uuid = excluded.uuid, instrument = excluded.instrument,
                               observation = excluded.observation, reason = excluded.reason, remedy = excluded.remedy,
                               accepted_at = excluded.accepted_at, rejected_at = clock_timestamp()
                        """)
                .bind("node", rejection.node())
                .bind("location", rejection.location())
                .bind("path", rejection.path())
                .bind("uuid", rejection.uuid())
                .bind("instrument", rejection.instrument())
                .bind("observation", rejection.observation())
                .bind("reason", rejection.reason())
                .bind("remedy", rejection.remedy())
                .bind("accepted", rejection.acceptedAt().atOffset(ZoneOffset.UTC))
                .execute());
    }

    /** They are registered now. */
    void clear(String location, List<String> paths) {
        if (paths.isEmpty()) {
            return;
        }
        database.useHandle(db -> db.createUpdate("""
                        DELETE FROM filing_rejection r USING unnest(:paths) AS registered (path)
                         WHERE r.location = :location AND sha256(r.path::bytea) = sha256(registered.path::bytea)
                        """)
                .bind("location", location)
                .bindArray("paths", String.class, paths)
                .execute());
    }

    /** The latest first. */
    public List<Rejection> latest(int most) {
        return database.withHandle(db -> db.createQuery("""
                        SELECT node, location, path, uuid, instrument, observation, reason, remedy, accepted_at, rejected_at
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
                        row.getString("reason"),
                        row.getString("remedy"),
                        row.getObject("accepted_at", OffsetDateTime.class).toInstant(),
                        row.getObject("rejected_at", OffsetDateTime.class).toInstant()))
                .list());
    }

    /** A path as people read it; of the word that an observation is complete, that. */
    public static String readable(String path) {
        return path.isEmpty() ? "(complete)" : new RelativePath(path).readable();
    }
}
