package chasqui.topology;

import chasqui.storage.TapeCommands;
import chasqui.topology.LocationEntry.Disk;
import chasqui.topology.TopologyDifference.Step;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Writes a difference into the tables, by natural keys. */
final class TopologyWriter {
    private final Handle tx;

    TopologyWriter(Handle tx) {
        this.tx = tx;
    }

    void write(TopologyDifference difference) {
        difference.sites().forEach(step -> site(step.now()));
        // A root or a pair of sites may pass from one row to another: the old one lets go of it first.
        difference.locations().stream().filter(step -> step.was() != null).forEach(step -> switchOff(step.now()));
        difference.locations().forEach(step -> location(step.now()));
        difference.instruments().forEach(step -> instrument(step.now()));
        difference.routes().forEach(this::route);
    }

    private void site(SiteEntry site) {
        tx.createUpdate("""
                        INSERT INTO site (short_name, name, latitude, longitude, country, lta_weight, active)
                        VALUES (:shortName, :name, :latitude, :longitude, :country, :weight, :active)
                        ON CONFLICT (short_name) DO UPDATE
                           SET name = excluded.name, latitude = excluded.latitude, longitude = excluded.longitude,
                               country = excluded.country, lta_weight = excluded.lta_weight, active = excluded.active
                        """)
                .bind("shortName", site.shortName())
                .bind("name", site.name())
                .bind("latitude", site.geography().latitude())
                .bind("longitude", site.geography().longitude())
                .bind("country", site.geography().country())
                .bind("weight", site.ltaWeight())
                .bind("active", site.active())
                .execute();
    }

    private void switchOff(LocationEntry location) {
        tx.createUpdate("""
                        UPDATE data_location SET active = false
                         WHERE name = :name AND site_id = (SELECT id FROM site WHERE short_name = :site)
                        """)
                .bind("name", location.name())
                .bind("site", location.site())
                .execute();
    }

    private void location(LocationEntry location) {
        Disk disk = location.disk() == null ? new Disk(null, null, null, false) : location.disk();
        Bucket bucket = location.bucket() == null ? new Bucket(null, null, null, null, null) : location.bucket();
        TapeCommands tape = location.tape() == null
                ? new TapeCommands(null, null, null, null)
                : location.tape().commands();
        tx.createUpdate("""
                        INSERT INTO data_location (site_id, name, location_type, storage_type, priority, active, capacity_bytes,
                               host, host_user, root, accept_cached_verification, endpoint, region, bucket, prefix, credential,
                               archive_command, recall_command, query_command, checksum_command, recall_root)
                        VALUES ((SELECT id FROM site WHERE short_name = :site), :name, :type, :storage, :priority, :active,
                                :capacity, :host, :user, :root, :cached, :endpoint, :region, :bucket, :prefix, :credential,
                                :archive::text[], :recall::text[], :query::text[], :checksum::text[], :recallRoot)
                        ON CONFLICT (site_id, name) DO UPDATE
                           SET location_type = excluded.location_type, storage_type = excluded.storage_type,
                               priority = excluded.priority, active = excluded.active,
                               capacity_bytes = excluded.capacity_bytes, host = excluded.host,
                               host_user = excluded.host_user, root = excluded.root,
                               accept_cached_verification = excluded.accept_cached_verification,
                               endpoint = excluded.endpoint, region = excluded.region, bucket = excluded.bucket,
                               prefix = excluded.prefix, credential = excluded.credential,
                               archive_command = excluded.archive_command, recall_command = excluded.recall_command,
                               query_command = excluded.query_command, checksum_command = excluded.checksum_command,
                               recall_root = excluded.recall_root
                        """)
                .bind("site", location.site())
                .bind("name", location.name())
                .bind("type", location.type())
                .bind("storage", location.storage())
                .bind("priority", location.priority())
                .bind("active", location.active())
                .bind("capacity", location.capacityBytes())
                .bind("host", disk.host())
                .bind("user", disk.user())
                .bind("root", disk.root() == null ? null : disk.root().toString())
                .bind("cached", disk.acceptCachedVerification())
                .bind("endpoint", bucket.endpoint())
                .bind("region", bucket.region())
                .bind("bucket", bucket.bucket())
                .bind("prefix", bucket.prefix())
                .bind("credential", bucket.credential())
                .bind("archive", array(tape.archive()))
                .bind("recall", array(tape.recall()))
                .bind("query", array(tape.query()))
                .bind("checksum", array(tape.checksum()))
                .bind(
                        "recallRoot",
                        location.tape() == null
                                ? null
                                : location.tape().recallRoot().toString())
                .execute();
    }

    private void instrument(InstrumentEntry instrument) {
        tx.createUpdate("""
                        WITH i AS (
                            INSERT INTO instrument (site_id, name, observatory, telescope, active)
                            VALUES ((SELECT id FROM site WHERE short_name = :site), :name, :observatory, :telescope, :active)
                            ON CONFLICT (name) DO UPDATE
                               SET site_id = excluded.site_id, observatory = excluded.observatory,
                                   telescope = excluded.telescope, active = excluded.active
                            RETURNING id),
                        gone AS (
                            UPDATE instrument_module m SET active = false FROM i
                             WHERE m.instrument_id = i.id AND m.name <> ALL (:modules::text[]))
                        INSERT INTO instrument_module (instrument_id, name)
                        SELECT i.id, m.name FROM i, unnest(:modules::text[]) AS m(name)
                        ON CONFLICT (instrument_id, name) DO UPDATE SET active = true
                        """)
                .bind("site", instrument.site())
                .bind("name", instrument.name())
                .bind("observatory", instrument.observatory())
                .bind("telescope", instrument.telescope())
                .bind("active", instrument.active())
                .bind("modules", array(instrument.modules()))
                .execute();
    }

    private void route(Step<RouteEntry> step) {
        RouteEntry route = step.now();
        String sql = step.was() == null ? """
                INSERT INTO transfer_route (origin_site_id, destination_site_id, priority, route_type, method, relay_site_id,
                       origin_location_id, destination_location_id, pull, forbidden, rate_limit_bytes_per_second,
                       concurrency, time_windows, options, active)
                SELECT o.id, d.id, :priority, :type::route_type, :method::text, y.id, ol.id, dl.id, :pull::boolean,
                       :forbidden::boolean, :rate::bigint, :concurrency::integer, :windows::text[], :options::jsonb, :active::boolean
                """ : """
                UPDATE transfer_route r
                   SET route_type = :type::route_type, method = :method, relay_site_id = y.id, origin_location_id = ol.id,
                       destination_location_id = dl.id, pull = :pull, forbidden = :forbidden,
                       rate_limit_bytes_per_second = :rate, concurrency = :concurrency,
                       time_windows = :windows::text[], options = :options::jsonb, active = :active
                """;
        String ends = """
                  FROM site o JOIN site d ON d.short_name = :to
             LEFT JOIN site y ON y.short_name = :relay
             LEFT JOIN data_location ol ON ol.site_id = o.id AND ol.name = :originLocation
             LEFT JOIN data_location dl ON dl.site_id = d.id AND dl.name = :destinationLocation
                 WHERE o.short_name = :from
                """;
        String which = step.was() == null ? "" : """
                   AND r.id = (SELECT id FROM transfer_route
                                WHERE origin_site_id = o.id AND destination_site_id = d.id AND priority = :priority
                                ORDER BY active DESC, id DESC LIMIT 1)
                """;
        tx.createUpdate(sql + ends + which)
                .bind("from", route.from())
                .bind("to", route.to())
                .bind("priority", route.priority())
                .bind("type", route.type())
                .bind("method", route.method())
                .bind("relay", route.relay())
                .bind("originLocation", route.originLocation())
                .bind("destinationLocation", route.destinationLocation())
                .bind("pull", route.pull())
                .bind("forbidden", route.forbidden())
                .bind("rate", route.rateLimitBytesPerSecond())
                .bind("concurrency", route.concurrency())
                .bind("windows", array(route.timeWindows()))
                .bind("options", RouteOptions.write(route.options()))
                .bind("active", route.active())
                .execute();
    }

    /** In PostgreSQL's text form, so that null and empty need no case of their own. */
    private static String array(List<String> texts) {
        if (texts == null) {
            return null;
        }
        return texts.stream()
                .map(text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .collect(java.util.stream.Collectors.joining(",", "{", "}"));
    }
}
