package chasqui.archive;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Gathers what a sidecar says. */
final class SidecarRepository {
    /** The data transfers of package {@code :id}: of the transfer package it is in, and its own. */
    private static final String PASSED = """
            SELECT t.* FROM raw_data_package p
              JOIN data_transfer t ON t.data_transfer_package_id = p.data_transfer_package_id WHERE p.id = :id
             UNION ALL SELECT t.* FROM data_transfer t WHERE t.raw_data_package_id = :id
            """;

    private SidecarRepository() {}

    static SidecarFacts facts(Handle db, ToArchive work, Stored stored, String version, String node) {
        List<SidecarFacts.Journey> transfers = transfers(db, work.packageId(), work.arrival());
        List<SidecarFacts.Work> operations = operations(db, work.packageId());
        List<SidecarFacts.Check> verifications = verifications(db, work.packageId());
        return db.createQuery("""
                        SELECT p.uuid, p.name, p.size_bytes, p.xxh64, p.sha256, p.file_count, p.content_bytes, p.created_at,
                               p.packaged_at, u.name AS unit, u.program, u.target, u.right_ascension_deg, u.declination_deg,
                               u.started_at, u.ended_at, i.name AS instrument, m.name AS module, i.telescope, i.observatory,
                               s.short_name AS site, s.name AS site_name, s.latitude, s.longitude, s.country,
                               fs.short_name || '/' || f.name AS source, bs.short_name || '/' || b.name AS buffer,
                               t.name AS transfer_package, clock_timestamp() AS now,
                               (SELECT o.claimed_at FROM operation o
                                 WHERE o.long_term_archive_transfer_id = :transfer AND o.status = 'IN_PROGRESS') AS claimed_at
                          FROM raw_data_package p
                          JOIN executed_observation_unit u ON u.id = p.executed_observation_unit_id
                          JOIN instrument_module m ON m.id = p.instrument_module_id
                          JOIN instrument i ON i.id = m.instrument_id
                          JOIN site s ON s.id = i.site_id
                          JOIN data_location f ON f.id = p.source_location_id JOIN site fs ON fs.id = f.site_id
                          JOIN data_location b ON b.id = p.buffer_location_id JOIN site bs ON bs.id = b.site_id
                          LEFT JOIN data_transfer_package t ON t.id = p.data_transfer_package_id
                         WHERE p.id = :id
                        """)
                .bind("id", work.packageId())
                .bind("transfer", work.transferId())
                .map((row, context) -> {
                    SidecarFacts.Observation observation = observation(row);
                    Instant now = time(row, "now");
                    List<SidecarFacts.Check> checks = new ArrayList<>(verifications);
                    checks.add(new SidecarFacts.Check(
                            work.archive().label(),
                            work.path(),
                            work.digest().sha256().toString(),
                            stored.mode().name(),
                            node,
                            row.getTimestamp("claimed_at") == null ? now : time(row, "claimed_at")));
                    return new SidecarFacts(
                            archived(row),
                            observation,
                            observation.obscore(row.getLong("size_bytes")),
                            new SidecarFacts.Provenance(
                                    "Chasqui",
                                    version,
                                    node,
                                    now,
                                    work.archive().label(),
                                    row.getString("source"),
                                    row.getString("buffer"),
                                    row.getString("transfer_package"),
                                    transfers,
                                    operations,
                                    checks));
                })
                .one();
    }

    private static SidecarFacts.Archived archived(ResultSet row) throws SQLException {
        return new SidecarFacts.Archived(
                row.getObject("uuid", UUID.class),
                row.getString("name"),
                row.getString("name") + ".tar",
                row.getLong("size_bytes"),
                row.getString("xxh64"),
                row.getString("sha256"),
                row.getLong("file_count"),
                row.getLong("content_bytes"),
                time(row, "created_at"),
                time(row, "packaged_at"));
    }

    private static SidecarFacts.Observation observation(ResultSet row) throws SQLException {
        return new SidecarFacts.Observation(
                row.getString("unit"),
                row.getString("program"),
                row.getString("target"),
                row.getObject("right_ascension_deg", Double.class),
                row.getObject("declination_deg", Double.class),
                time(row, "started_at"),
                time(row, "ended_at"),
                row.getString("instrument"),
                row.getString("module"),
                row.getString("telescope"),
                row.getString("observatory"),
                row.getString("site"),
                row.getString("site_name"),
                row.getObject("latitude", Double.class),
                row.getObject("longitude", Double.class),
                row.getString("country"));
    }

    /** Those behind the package; the one that brought it to this very archive ends with the sidecar. */
    private static List<SidecarFacts.Journey> transfers(Handle db, long packageId, Arrival arrival) {
        return db.createQuery("""
                        WITH passed AS (<passed>),
                        journey AS (
                            SELECT t.id, t.is_primary, h.origin_location_id, h.destination_location_id, h.method, h.send_count,
                                   h.sent_at, h.completed_at
                              FROM passed t JOIN data_transfer_hop h ON h.data_transfer_id = t.id
                            UNION ALL
                            SELECT t.id, t.is_primary, t.origin_location_id, t.destination_location_id, t.method,
                                   t.send_count - (SELECT coalesce(sum(h.send_count), 0) FROM data_transfer_hop h
                                                    WHERE h.data_transfer_id = t.id), t.sent_at,
                                   coalesce(t.completed_at, clock_timestamp())
                              FROM passed t WHERE t.status = 'COMPLETED' OR t.id = :brought)
                        SELECT os.short_name || '/' || o.name AS origin, ds.short_name || '/' || d.name AS destination,
                               j.is_primary, j.method, j.send_count, j.sent_at, j.completed_at
                          FROM journey j
                          JOIN data_location o ON o.id = j.origin_location_id JOIN site os ON os.id = o.site_id
                          JOIN data_location d ON d.id = j.destination_location_id JOIN site ds ON ds.id = d.site_id
                         ORDER BY j.completed_at, j.id
                        """)
                .define("passed", PASSED)
                .bind("brought", arrival == null ? null : arrival.dataTransferId())
                .bind("id", packageId)
                .map((row, context) -> new SidecarFacts.Journey(
                        row.getString("origin"),
                        row.getString("destination"),
                        row.getBoolean("is_primary"),
                        row.getString("method"),
                        row.getInt("send_count"),
                        time(row, "sent_at"),
                        time(row, "completed_at")))
                .list();
    }

    private static List<SidecarFacts.Work> operations(Handle db, long packageId) {
        return db.createQuery("""
                        WITH passed AS (
                            SELECT 'raw_data_package_creation' AS type, id AS subject FROM raw_data_package WHERE id = :id
                            UNION ALL
                            SELECT 'data_transfer_package_creation', data_transfer_package_id FROM raw_data_package WHERE id = :id
                            UNION ALL
                            SELECT k.type, t.id
                              FROM (<passed>) t
                             CROSS JOIN (VALUES ('data_transfer'), ('data_transfer_unpacking')) AS k (type))
                        SELECT h.type, s.short_name || '/' || l.name AS location, h.node, h.claimed_at, h.finished_at
                          FROM passed
                          JOIN operation_history h ON h.subject_id = passed.subject AND h.type = passed.type
                          JOIN data_location l ON l.id = h.data_location_id JOIN site s ON s.id = l.site_id
                         WHERE h.status = 'COMPLETED'
                         ORDER BY h.finished_at, h.id
                        """)
                .define("passed", PASSED)
                .bind("id", packageId)
                .map((row, context) -> new SidecarFacts.Work(
                        row.getString("type"),
                        row.getString("location"),
                        row.getString("node"),
                        time(row, "claimed_at"),
                        time(row, "finished_at")))
                .list();
    }

    private static List<SidecarFacts.Check> verifications(Handle db, long packageId) {
        return db.createQuery("""
                        SELECT s.short_name || '/' || l.name AS location, c.path, v.found, v.read_mode, v.node, v.verified_at
                          FROM physical_copy c
                          JOIN verification v ON v.physical_copy_id = c.id
                          JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                         WHERE c.raw_data_package_id = :id AND v.good
                         ORDER BY v.verified_at, v.id
                        """)
                .bind("id", packageId)
                .map((row, context) -> new SidecarFacts.Check(
                        row.getString("location"),
                        row.getString("path"),
                        row.getString("found"),
                        row.getString("read_mode"),
                        row.getString("node"),
                        time(row, "verified_at")))
                .list();
    }

    /** In the order in which they were filed; the first page after null. */
    static List<SidecarFacts.PackedFile> filesAfter(
            Handle db, long packageId, SidecarFacts.PackedFile last, int limit) {
        return db.createQuery("""
                        SELECT id, uuid, path, readable_path, kind, size_bytes, xxh64, sha256, modified_at, modified_nanos, link_target
                          FROM raw_data_file
                         WHERE raw_data_package_id = :package AND id > :after
                         ORDER BY id LIMIT :limit
                        """)
                .bind("package", packageId)
                .bind("after", last == null ? 0L : last.id())
                .bind("limit", limit)
                .map(SidecarRepository::file)
                .list();
    }

    private static SidecarFacts.PackedFile file(ResultSet row, StatementContext context) throws SQLException {
        return new SidecarFacts.PackedFile(
                row.getLong("id"),
                row.getObject("uuid", UUID.class),
                row.getString("path"),
                row.getString("readable_path"),
                row.getString("kind"),
                row.getLong("size_bytes"),
                row.getString("xxh64"),
                row.getString("sha256"),
                exact(time(row, "modified_at"), row.getInt("modified_nanos")),
                row.getString("link_target"));
    }

    /** The database rounds to microseconds, perhaps into the next second; the nanoseconds stand beside it. */
    private static Instant exact(Instant rounded, int nanos) {
        Instant exact = Instant.ofEpochSecond(rounded.getEpochSecond(), nanos);
        return exact.isAfter(rounded.plusMillis(500)) ? exact.minusSeconds(1) : exact;
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
