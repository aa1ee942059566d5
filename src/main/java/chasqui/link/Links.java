package chasqui.link;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** All links as they are now. */
public final class Links {
    private Links() {}

    /** One for every ordered pair of sites, active or not. */
    public static Map<Link, LinkState> now(Handle db) {
        return db.createQuery("SELECT * FROM link_now ORDER BY origin, destination").map(Links::state).stream()
                .collect(
                        Collectors.toMap(LinkState::link, Function.identity(), (one, same) -> one, LinkedHashMap::new));
    }

    /** One link; empty when its ends are no two sites. */
    public static Optional<LinkState> now(Handle db, Link link) {
        return db.createQuery("""
                        SELECT * FROM link_now
                         WHERE origin_site_id = :origin AND destination_site_id = :destination
                        """)
                .bind("origin", link.originSiteId())
                .bind("destination", link.destinationSiteId())
                .map(Links::state)
                .findOne();
    }

    /** Those that are paused or unhealthy. */
    public static Set<Link> avoided(Handle db) {
        return Set.copyOf(db.createQuery("""
                        SELECT origin_site_id, destination_site_id FROM link
                         WHERE paused_since IS NOT NULL OR unhealthy_since IS NOT NULL
                        """)
                .map((row, context) -> new Link(row.getLong("origin_site_id"), row.getLong("destination_site_id")))
                .list());
    }

    private static LinkState state(ResultSet row, StatementContext context) throws SQLException {
        return new LinkState(
                new Link(row.getLong("origin_site_id"), row.getLong("destination_site_id")),
                row.getString("origin"),
                row.getString("destination"),
                row.getObject("transfer_route_id", Long.class),
                row.getString("method"),
                row.getBoolean("pull"),
                row.getObject("concurrency", Integer.class),
                row.getObject("rate_limit_bytes_per_second", Long.class),
                instant(row, "opens_at"),
                row.getString("paused_by"),
                instant(row, "paused_since"),
                row.getString("pause_reason"),
                instant(row, "unhealthy_since"),
                row.getString("failure"),
                instant(row, "probe_at"),
                row.getBoolean("probe_due"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
