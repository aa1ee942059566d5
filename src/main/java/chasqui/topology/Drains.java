package chasqui.topology;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * People let sites and data locations run empty, and use them again. What a topology file says does not change it: a file
 * tells what there is, and not what is to be spared today.
 */
public final class Drains {
    private static final String PLACES = """
            SELECT s.short_name || '/' || l.name AS place, l.id, l.location_type, l.draining_since, l.draining_by, l.draining_reason
              FROM data_location l JOIN site s ON s.id = l.site_id
             WHERE l.draining_since IS NOT NULL AND l.active AND s.active
            UNION ALL
            SELECT s.short_name, NULL, NULL, s.draining_since, s.draining_by, s.draining_reason
              FROM site s WHERE s.draining_since IS NOT NULL AND s.active
             ORDER BY 1
            """;

    private final Jdbi database;

    public Drains(Jdbi database) {
        this.database = database;
    }

    /** A site, or a location of it: how its row is found. */
    private record Place(String name, String site, String location) {
        static Place of(String name) {
            int slash = name.indexOf('/');
            return slash < 0
                    ? new Place(name, name, null)
                    : new Place(name, name.substring(0, slash), name.substring(slash + 1));
        }

        String update(String change) {
            return location == null
                    ? "UPDATE site SET " + change + " WHERE short_name = :site AND active"
                    : "UPDATE data_location SET " + change
                            + " WHERE name = :location AND active AND site_id = (SELECT id FROM site WHERE short_name = :site AND active)";
        }
    }

    /**
     * Nothing new is put there from here on; what is there leaves as usual. A place that drains goes on to do so, now for
     * this reason.
     *
     * @param place {@code site} or {@code site/location}
     * @return what is there still, as in {@link DrainingPlace}
     * @throws ChasquiException (item) no such place in service, a SOURCE, or no reason given
     */
    public List<String> drain(String place, String who, String reason) {
        if (reason == null || reason.isBlank()) {
            throw refused("why? Say so with --reason: whoever finds it draining will want to know");
        }
        return database.inTransaction(tx -> {
            requireNoSource(tx, place);
            change(
                    tx,
                    Place.of(place),
                    "draining_since = coalesce(draining_since, clock_timestamp()), draining_by = :who, draining_reason = :reason",
                    who,
                    reason.strip());
            audit(tx, who, "draining", place, reason.strip());
            return now(tx).stream()
                    .filter(one -> one.place().equals(place))
                    .findFirst()
                    .map(DrainingPlace::left)
                    .orElse(List.of());
        });
    }

    /**
     * It takes new work again.
     *
     * @return false when it did not drain
     * @throws ChasquiException (item) no such place in service
     */
    public boolean activate(String place, String who, String reason) {
        return database.inTransaction(tx -> {
            boolean drained = now(tx).stream().anyMatch(one -> one.place().equals(place));
            change(
                    tx,
                    Place.of(place),
                    "draining_since = NULL, draining_by = NULL, draining_reason = NULL",
                    who,
                    reason);
            if (drained) {
                audit(tx, who, "draining ended", place, reason);
            }
            return drained;
        });
    }

    /** All that drains now, by name. */
    public static List<DrainingPlace> now(Handle db) {
        LiveWork work = LiveWork.looking(db);
        return db.createQuery(PLACES).map((row, context) -> place(row, work)).list();
    }

    private static DrainingPlace place(ResultSet row, LiveWork work) throws SQLException {
        Long id = row.getObject("id", Long.class);
        String name = row.getString("place");
        String type = row.getString("location_type");
        Instant since = row.getObject("draining_since", OffsetDateTime.class).toInstant();
        return new DrainingPlace(
                name,
                type == null ? null : LocationType.valueOf(type),
                since,
                row.getString("draining_by"),
                row.getString("draining_reason"),
                id == null ? work.towards(name) : work.left(id));
    }

    private static void change(Handle tx, Place place, String change, String who, String reason) {
        boolean found = tx.createUpdate(place.update(change))
                        .bind("site", place.site())
                        .bind("location", place.location())
                        .bind("who", who)
                        .bind("reason", reason)
                        .execute()
                > 0;
        if (!found) {
            throw refused("there is no site or data location \"" + place.name() + "\" in service; there are: "
                    + String.join(", ", inService(tx)));
        }
    }

    private static void requireNoSource(Handle tx, String place) {
        boolean source =
                tx.createQuery("""
                        SELECT EXISTS (SELECT FROM data_location l JOIN site s ON s.id = l.site_id
                                        WHERE s.short_name || '/' || l.name = :place AND l.location_type = 'SOURCE')
                        """).bind("place", place).mapTo(Boolean.class).one();
        if (source) {
            throw refused(
                    place + " is a SOURCE: what its instruments write lies there already, and not to know of it would"
                            + " lose it; switch the instrument off (active: false in the topology)");
        }
    }

    private static List<String> inService(Handle tx) {
        List<String> names = new ArrayList<>(tx.createQuery("SELECT short_name FROM site WHERE active ORDER BY 1")
                .mapTo(String.class)
                .list());
        names.addAll(tx.createQuery("""
                        SELECT s.short_name || '/' || l.name FROM data_location l JOIN site s ON s.id = l.site_id
                         WHERE l.active AND s.active AND l.location_type <> 'SOURCE' ORDER BY 1 LIMIT 50
                        """).mapTo(String.class).list());
        return names;
    }

    private static void audit(Handle tx, String who, String action, String place, String reason) {
        tx.createUpdate("INSERT INTO audit (who, action, subject, reason) VALUES (:who, :action, :place, :reason)")
                .bind("who", who)
                .bind("action", action)
                .bind("place", (place.contains("/") ? "location " : "site ") + place)
                .bind("reason", reason)
                .execute();
    }

    private static ChasquiException refused(String why) {
        return new ChasquiException(FailureKind.ITEM, false, why);
    }
}
