package chasqui.topology;

import chasqui.topology.LocationEntry.Disk;
import chasqui.topology.SiteEntry.Geography;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Reads what the database has now, active or not, in the form of a topology file. */
final class PresentTopology {
    private PresentTopology() {}

    /** @param told what cannot be read, and is not in it */
    static TopologyFile read(Handle tx, Consumer<String> told) {
        LegibleRows rows = new LegibleRows(told);
        Map<String, List<LocationEntry>> locations =
                locations(tx, rows).stream().collect(Collectors.groupingBy(LocationEntry::site));
        Map<String, List<InstrumentEntry>> instruments =
                instruments(tx).stream().collect(Collectors.groupingBy(InstrumentEntry::site));
        List<SiteEntry> sites = tx.createQuery("SELECT * FROM site ORDER BY short_name")
                .map((row, context) -> new SiteEntry(
                        row.getString("short_name"),
                        row.getString("name"),
                        new Geography(
                                row.getObject("latitude", Double.class),
                                row.getObject("longitude", Double.class),
                                row.getString("country")),
                        row.getInt("lta_weight"),
                        row.getBoolean("active"),
                        locations.getOrDefault(row.getString("short_name"), List.of()),
                        instruments.getOrDefault(row.getString("short_name"), List.of())))
                .list();
        return new TopologyFile(sites, List.copyOf(routes(tx, rows)));
    }

    private static List<LocationEntry> locations(Handle tx, LegibleRows rows) {
        return rows.of(
                tx.createQuery(
                        "SELECT l.*, s.short_name FROM data_location l JOIN site s ON s.id = l.site_id ORDER BY l.id"),
                LegibleRows::location,
                PresentTopology::location);
    }

    private static LocationEntry location(ResultSet row) throws SQLException {
        StorageType storage = StorageType.valueOf(row.getString("storage_type"));
        return new LocationEntry(
                row.getString("short_name"),
                row.getString("name"),
                LocationType.valueOf(row.getString("location_type")),
                storage,
                row.getInt("priority"),
                row.getBoolean("active"),
                row.getObject("capacity_bytes", Long.class),
                storage == StorageType.DISK ? disk(row) : null,
                storage == StorageType.S3 ? bucket(row) : null,
                storage == StorageType.TAPE ? Tape.of(row) : null);
    }

    private static Disk disk(ResultSet row) throws SQLException {
        return new Disk(
                row.getString("host"),
                row.getString("host_user"),
                Path.of(row.getString("root")),
                row.getBoolean("accept_cached_verification"));
    }

    static Bucket bucket(ResultSet row) throws SQLException {
        String prefix = row.getString("prefix");
        return new Bucket(
                row.getString("endpoint"),
                row.getString("region"),
                row.getString("bucket"),
                prefix == null ? "" : prefix,
                row.getString("credential"));
    }

    private static List<InstrumentEntry> instruments(Handle tx) {
        return tx.createQuery("""
                SELECT s.short_name, i.name, i.observatory, i.telescope, i.active,
                       array(SELECT m.name FROM instrument_module m
                              WHERE m.instrument_id = i.id AND m.active ORDER BY m.name COLLATE "C") AS modules
                  FROM instrument i JOIN site s ON s.id = i.site_id ORDER BY i.id
                """)
                .map((row, context) -> new InstrumentEntry(
                        row.getString("name"),
                        row.getString("short_name"),
                        row.getString("observatory"),
                        row.getString("telescope"),
                        row.getBoolean("active"),
                        texts(row, "modules")))
                .list();
    }

    /** Several inactive rows may stand for one route: the one in use counts, or else the latest. */
    private static Collection<RouteEntry> routes(Handle tx, LegibleRows rows) {
        Map<String, RouteEntry> found = new LinkedHashMap<>();
        Query all = tx.createQuery("""
                SELECT r.*, o.short_name AS origin, d.short_name AS destination, y.short_name AS relay,
                       ol.name AS origin_location, dl.name AS destination_location
                  FROM transfer_route r
                  JOIN site o ON o.id = r.origin_site_id
                  JOIN site d ON d.id = r.destination_site_id
             LEFT JOIN site y ON y.id = r.relay_site_id
             LEFT JOIN data_location ol ON ol.id = r.origin_location_id
             LEFT JOIN data_location dl ON dl.id = r.destination_location_id
                 ORDER BY r.active, r.id
                """);
        rows.of(all, LegibleRows::route, PresentTopology::route).forEach(route -> found.put(route.label(), route));
        return found.values();
    }

    private static RouteEntry route(ResultSet row) throws SQLException {
        return new RouteEntry(
                row.getString("origin"),
                row.getString("destination"),
                row.getInt("priority"),
                RouteType.valueOf(row.getString("route_type")),
                row.getString("method"),
                row.getString("relay"),
                row.getString("origin_location"),
                row.getString("destination_location"),
                row.getBoolean("pull"),
                row.getBoolean("forbidden"),
                row.getObject("rate_limit_bytes_per_second", Long.class),
                row.getObject("concurrency", Integer.class),
                texts(row, "time_windows"),
                RouteOptions.parse(row.getString("options")),
                row.getBoolean("active"));
    }

    static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        if (array == null) {
            return List.of();
        }
        if (!(array.getArray() instanceof String[] texts)
                || Arrays.asList(texts).contains(null)) {
            throw new IllegalArgumentException(column + " is no list of texts: " + array);
        }
        return List.of(texts);
    }
}
