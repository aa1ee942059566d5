package chasqui.deletion;

import chasqui.catalogue.CopyOf;
import chasqui.catalogue.ReadMode;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.PackageState;
import chasqui.pipeline.WorkStatus;
import chasqui.storage.FileFacts;
import chasqui.topology.LocationType;
import chasqui.topology.StorageType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Gathers what is known about copies that might go: five statements, however many copies. */
final class ProofFacts {
    /** Which packages each of {@code :copies} is about. */
    private static final String CONCERNED = """
            concerned AS (
                SELECT c.id AS copy_id, p.id AS package_id
                  FROM physical_copy c
                  LEFT JOIN raw_data_file f ON f.id = c.raw_data_file_id
                  JOIN raw_data_package p
                    ON p.id = coalesce(c.raw_data_package_id, f.raw_data_package_id)
                 WHERE c.id = ANY (:copies)
                UNION ALL
                SELECT c.id, p.id
                  FROM physical_copy c JOIN raw_data_package p ON p.data_transfer_package_id = c.data_transfer_package_id
                 WHERE c.id = ANY (:copies))
            """;

    private final Handle db;
    private final List<Long> copies;

    ProofFacts(Handle db, List<Long> copies) {
        this.db = db;
        this.copies = copies;
    }

    /** Archives in service, at sites that have a buffer in service too; those that drain only where all of a site do. */
    static ArchiveSites archiveSites(Handle db) {
        Map<Long, Set<ArchiveSites.Archive>> archives = new HashMap<>();
        db.createQuery("""
                        SELECT l.id, l.site_id, s.short_name || '/' || l.name AS location
                          FROM data_location l JOIN site s ON s.id = l.site_id JOIN archive_in_charge i ON i.id = l.id
                         WHERE EXISTS (SELECT FROM data_location b
                                        WHERE b.site_id = s.id AND b.location_type = 'BUFFER' AND b.active)
                        """)
                .map((row, context) -> archives.computeIfAbsent(row.getLong("site_id"), site -> new HashSet<>())
                        .add(new ArchiveSites.Archive(row.getLong("id"), row.getString("location"))))
                .list();
        return new ArchiveSites(archives);
    }

    /** In order of id; a copy that is not there is missing. */
    List<VictimFacts> gather() {
        Map<Long, List<ArchiveCopy>> archived = archiveCopies();
        Map<Long, List<PackageFacts>> packages = packages(archived);
        return db.createQuery("""
                        WITH <concerned>
                        SELECT c.id, c.raw_data_file_id, c.raw_data_package_id, c.data_transfer_package_id, c.path, c.state,
                               c.size_bytes, c.checksum, c.modified_at, c.modified_nanos, c.file_key, c.created_at,
                               l.id AS location_id, s.short_name || '/' || l.name AS location, l.location_type,
                               l.storage_type, l.site_id, coalesce(f.kind::text, 'FILE') AS kind,
                               coalesce(CASE
                                   WHEN f.id IS NOT NULL THEN c.size_bytes = f.size_bytes AND c.checksum IN (f.xxh64, f.sha256)
                                   WHEN d.id IS NOT NULL THEN c.size_bytes = d.size_bytes AND c.checksum = d.xxh64
                                   WHEN l.location_type = 'PROCESSING'
                                        THEN c.size_bytes = p.content_bytes AND c.checksum IN (p.xxh64, p.sha256)
                                   ELSE c.size_bytes = p.size_bytes AND c.checksum IN (p.xxh64, p.sha256) END,
                                   false) AS as_registered,
                               coalesce(d.package_count, 1) AS package_count, d.status AS transfer_package_status,
                               (SELECT count(*) FROM copy_use u WHERE u.physical_copy_id = c.id) AS uses,
                               (SELECT count(*) FROM hold h
                                 WHERE h.released_at IS NULL
                                   AND (h.physical_copy_id = c.id
                                        OR h.raw_data_package_id IN (SELECT package_id FROM concerned x WHERE x.copy_id = c.id)
                                        OR h.executed_observation_unit_id = f.executed_observation_unit_id
                                        OR h.executed_observation_unit_id IN (
                                               SELECT y.executed_observation_unit_id
                                                 FROM concerned x JOIN raw_data_package y ON y.id = x.package_id
                                                WHERE x.copy_id = c.id))) AS holds,
                               (SELECT count(*) FROM data_transfer t WHERE t.data_transfer_package_id = d.id) AS transfers,
                               (SELECT count(*) FROM data_transfer t
                                 WHERE t.data_transfer_package_id = d.id
                                   AND t.status NOT IN ('COMPLETED', 'CANCELLED')) AS unfinished_transfers,
                               (SELECT count(*) FROM staging_job j
                                 WHERE j.raw_data_package_id = c.raw_data_package_id AND j.data_location_id = c.data_location_id
                                   AND (j.released_at IS NULL AND j.status NOT IN ('FAILED', 'CANCELLED')
                                        OR j.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS'))) AS active_jobs,
                               (SELECT max(j.released_at) FROM staging_job j
                                 WHERE j.raw_data_package_id = c.raw_data_package_id
                                   AND j.data_location_id = c.data_location_id) AS last_released_at
                          FROM physical_copy c
                          JOIN data_location l ON l.id = c.data_location_id
                          JOIN site s ON s.id = l.site_id
                          LEFT JOIN raw_data_file f ON f.id = c.raw_data_file_id
                          LEFT JOIN raw_data_package p ON p.id = c.raw_data_package_id
                          LEFT JOIN data_transfer_package d ON d.id = c.data_transfer_package_id
                         WHERE c.id = ANY (:copies) ORDER BY c.id
                        """)
                .define("concerned", CONCERNED)
                .bindArray("copies", Long.class, copies)
                .map((row, context) -> facts(row, packages.getOrDefault(row.getLong("id"), List.of())))
                .list();
    }

    private Map<Long, List<PackageFacts>> packages(Map<Long, List<ArchiveCopy>> archived) {
        Map<Long, PackageFacts> known = new HashMap<>();
        Map<Long, List<PackageFacts>> byCopy = new HashMap<>();
        db.createQuery("""
                        WITH <concerned>
                        SELECT p.id, p.name, p.state, p.archived_at, p.xxh64, p.sha256, l.site_id,
                               coalesce(d.status, (SELECT t.status FROM data_transfer t
                                                    WHERE t.raw_data_package_id = p.id AND t.is_primary)) AS transfer_status,
                               ARRAY(SELECT DISTINCT b.site_id
                                       FROM physical_copy c JOIN data_location b ON b.id = c.data_location_id
                                      WHERE c.raw_data_package_id = p.id AND b.location_type = 'BUFFER'
                                        AND c.state <> 'DELETED') AS buffer_sites
                          FROM raw_data_package p
                          JOIN data_location l ON l.id = p.source_location_id
                          LEFT JOIN data_transfer_package d ON d.id = p.data_transfer_package_id
                         WHERE p.id IN (SELECT package_id FROM concerned)
                        """)
                .define("concerned", CONCERNED)
                .bindArray("copies", Long.class, copies)
                .map((row, context) -> packageFacts(row, archived))
                .forEach(packed -> known.put(packed.id(), packed));
        db.createQuery("WITH <concerned> SELECT copy_id, package_id FROM concerned ORDER BY copy_id, package_id")
                .define("concerned", CONCERNED)
                .bindArray("copies", Long.class, copies)
                .map((row, context) -> byCopy.computeIfAbsent(row.getLong("copy_id"), copy -> new ArrayList<>())
                        .add(known.get(row.getLong("package_id"))))
                .list();
        return byCopy;
    }

    private Map<Long, List<ArchiveCopy>> archiveCopies() {
        Map<Long, List<ArchiveCopy>> byPackage = new HashMap<>();
        db.createQuery("""
                        WITH <concerned>
                        SELECT c.id, c.raw_data_package_id, c.data_location_id, l.site_id, s.short_name || '/' || l.name AS location,
                               l.active AND s.active AS active, l.accept_cached_verification, c.state, c.checksum,
                               v.id AS verification_id, v.verified_at, v.read_mode, v.good, v.expected
                          FROM physical_copy c
                          JOIN data_location l ON l.id = c.data_location_id
                          JOIN site s ON s.id = l.site_id
                          LEFT JOIN LATERAL (SELECT n.id, n.verified_at, n.read_mode, n.good, n.expected
                                               FROM verification n WHERE n.physical_copy_id = c.id
                                              ORDER BY n.verified_at DESC, n.id DESC LIMIT 1) v ON true
                         WHERE c.raw_data_package_id IN (SELECT package_id FROM concerned)
                           AND l.location_type = 'LONG_TERM_ARCHIVE' AND c.state <> 'DELETED'
                         ORDER BY c.id
                        """)
                .define("concerned", CONCERNED)
                .bindArray("copies", Long.class, copies)
                .map((row, context) -> byPackage
                        .computeIfAbsent(row.getLong("raw_data_package_id"), id -> new ArrayList<>())
                        .add(archiveCopy(row)))
                .list();
        return byPackage;
    }

    private static ArchiveCopy archiveCopy(ResultSet row) throws SQLException {
        String mode = row.getString("read_mode");
        return new ArchiveCopy(
                row.getLong("id"),
                row.getLong("data_location_id"),
                row.getLong("site_id"),
                row.getString("location"),
                row.getBoolean("active"),
                row.getBoolean("accept_cached_verification"),
                CopyState.valueOf(row.getString("state")),
                row.getString("checksum"),
                row.getObject("verification_id", Long.class),
                instant(row, "verified_at"),
                mode == null ? null : ReadMode.valueOf(mode),
                row.getBoolean("good"),
                row.getString("expected"));
    }

    private static PackageFacts packageFacts(ResultSet row, Map<Long, List<ArchiveCopy>> archived) throws SQLException {
        long id = row.getLong("id");
        return new PackageFacts(
                id,
                row.getString("name"),
                PackageState.valueOf(row.getString("state")),
                instant(row, "archived_at"),
                row.getString("xxh64"),
                row.getString("sha256"),
                row.getLong("site_id"),
                status(row, "transfer_status"),
                Set.of((Long[]) row.getArray("buffer_sites").getArray()),
                List.copyOf(archived.getOrDefault(id, List.of())));
    }

    private static VictimFacts facts(ResultSet row, List<PackageFacts> packages) throws SQLException {
        return new VictimFacts(
                victim(row),
                CopyState.valueOf(row.getString("state")),
                instant(row, "created_at"),
                LocationType.valueOf(row.getString("location_type")),
                StorageType.valueOf(row.getString("storage_type")),
                row.getLong("site_id"),
                row.getBoolean("as_registered"),
                row.getInt("package_count"),
                List.copyOf(packages),
                row.getInt("uses"),
                row.getInt("holds"),
                status(row, "transfer_package_status"),
                row.getInt("transfers"),
                row.getInt("unfinished_transfers"),
                row.getInt("active_jobs"),
                instant(row, "last_released_at"));
    }

    private static Victim victim(ResultSet row) throws SQLException {
        CopyOf of = row.getObject("raw_data_file_id") != null
                ? CopyOf.RAW_DATA_FILE
                : row.getObject("raw_data_package_id") != null ? CopyOf.RAW_DATA_PACKAGE : CopyOf.DATA_TRANSFER_PACKAGE;
        return new Victim(
                row.getLong("id"),
                of,
                row.getLong(of.column()),
                row.getLong("location_id"),
                row.getString("location"),
                row.getString("path"),
                row.getLong("size_bytes"),
                row.getString("checksum"),
                moment(instant(row, "modified_at"), row.getObject("modified_nanos", Integer.class)),
                row.getString("file_key"),
                FileFacts.Kind.valueOf(row.getString("kind")));
    }

    /** The database rounds to microseconds, perhaps into the next second; the nanoseconds stand beside it. */
    static Instant moment(Instant rounded, Integer nanos) {
        if (rounded == null || nanos == null) {
            return null;
        }
        Instant exact = Instant.ofEpochSecond(rounded.getEpochSecond(), nanos);
        return exact.isAfter(rounded.plusMillis(500)) ? exact.minusSeconds(1) : exact;
    }

    private static WorkStatus status(ResultSet row, String column) throws SQLException {
        String status = row.getString(column);
        return status == null ? null : WorkStatus.valueOf(status);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
