package chasqui.topology;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/** Reads the topology as it was at one moment, if it is another one. */
final class TopologyRepository {
    private final Jdbi database;

    TopologyRepository(Jdbi database) {
        this.database = database;
    }

    /** @param version the database's count of the topology's changes */
    record Reading(long version, Topology topology) {}

    /** @return the same when nothing has changed since */
    Reading read(Reading last) {
        return database.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, tx -> {
            long version = tx.createQuery("SELECT version FROM topology_version")
                    .mapTo(Long.class)
                    .one();
            return version == last.version() ? last : new Reading(version, all(tx));
        });
    }

    /** As the transaction sees it, without what cannot be read: {@link StoredTopology#problems} tells of that. */
    static Topology all(Handle tx) {
        LegibleRows rows = new LegibleRows(leftOut -> {});
        return new Topology(
                tx.createQuery(
                                "SELECT id, short_name, name, lta_weight, active, draining_since IS NOT NULL AS draining FROM site")
                        .map(TopologyRepository::site)
                        .list(),
                rows.of(tx.createQuery("""
                                SELECT l.id, l.site_id, s.short_name, l.name, l.location_type, l.storage_type, l.priority,
                                       l.active AND s.active AS active, l.draining_since IS NOT NULL AS draining, l.root, l.host, l.host_user, l.endpoint, l.region, l.bucket, l.prefix,
                                       l.credential, l.accept_cached_verification, l.archive_command, l.recall_command,
                                       l.query_command, l.checksum_command, l.recall_root
                                  FROM data_location l JOIN site s ON s.id = l.site_id
                                """), LegibleRows::location, LocationRows::location),
                rows.of(tx.createQuery("""
                                SELECT id, origin_site_id, destination_site_id, route_type, method, relay_site_id,
                                       origin_location_id, destination_location_id, pull, forbidden,
                                       rate_limit_bytes_per_second, concurrency, time_windows, options, priority
                                  FROM transfer_route WHERE active
                                """), LegibleRows::route, TopologyRepository::route));
    }

    private static Site site(ResultSet row, StatementContext context) throws SQLException {
        return new Site(
                row.getLong("id"),
                row.getString("short_name"),
                row.getString("name"),
                row.getInt("lta_weight"),
                row.getBoolean("active"),
                row.getBoolean("draining"));
    }

    private static TransferRoute route(ResultSet row) throws SQLException {
        return new TransferRoute(
                row.getLong("id"),
                row.getLong("origin_site_id"),
                row.getLong("destination_site_id"),
                RouteType.valueOf(row.getString("route_type")),
                row.getString("method"),
                row.getObject("relay_site_id", Long.class),
                row.getObject("origin_location_id", Long.class),
                row.getObject("destination_location_id", Long.class),
                row.getBoolean("pull"),
                row.getBoolean("forbidden"),
                row.getObject("rate_limit_bytes_per_second", Long.class),
                row.getObject("concurrency", Integer.class),
                PresentTopology.texts(row, "time_windows"),
                RouteOptions.parse(row.getString("options")),
                row.getInt("priority"));
    }
}
