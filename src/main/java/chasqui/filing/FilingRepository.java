package chasqui.filing;

import chasqui.catalogue.Copies;
import chasqui.pipeline.CopyState;
import chasqui.storage.FileFacts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;

/** The statements of filing. The number of statements does not depend on the number of files. */
final class FilingRepository {
    private final Jdbi database;

    FilingRepository(Jdbi database) {
        this.database = database;
    }

    /** A name with its id. */
    record Named(long id, String name) {}

    List<Named> instrumentsOf(long siteId) {
        return named("SELECT id, name FROM instrument WHERE site_id = :id AND active ORDER BY name", siteId);
    }

    List<Named> modulesOf(long instrumentId) {
        return named(
                "SELECT id, name FROM instrument_module WHERE instrument_id = :id AND active ORDER BY name",
                instrumentId);
    }

    private List<Named> named(String sql, long id) {
        return database.withHandle(db -> db.createQuery(sql)
                .bind("id", id)
                .map((row, context) -> new Named(row.getLong("id"), row.getString("name")))
                .list());
    }

    /**
     * The observation's id; it is made if nobody has made it yet.
     *
     * @param priority for what is packaged from now on; null: as it is
     */
    long observation(long instrumentId, String name, Integer priority) {
        return database.inTransaction(tx -> {
            tx.createUpdate("""
                            INSERT INTO executed_observation_unit (instrument_id, name) VALUES (:instrument, :name)
                            ON CONFLICT (instrument_id, name) DO NOTHING
                            """)
                    .bind("instrument", instrumentId)
                    .bind("name", name)
                    .execute();
            tx.createUpdate("""
                            UPDATE executed_observation_unit SET priority = :priority
                             WHERE instrument_id = :instrument AND name = :name AND priority <> :priority
                            """)
                    .bind("priority", priority)
                    .bind("instrument", instrumentId)
                    .bind("name", name)
                    .execute();
            return tx.createQuery(
                            "SELECT id FROM executed_observation_unit WHERE instrument_id = :instrument AND name = :name")
                    .bind("instrument", instrumentId)
                    .bind("name", name)
                    .mapTo(Long.class)
                    .one();
        });
    }

    /** Declares complete what has been filed so far. */
    void finish(long unitId, String by) {
        database.useHandle(db -> db.createUpdate(
                        "UPDATE executed_observation_unit SET finished_at = clock_timestamp(), finished_by = :by WHERE id = :id")
                .bind("id", unitId)
                .bind("by", by)
                .execute());
    }

    /** What is registered under these paths, by path. */
    Map<String, Known> known(long locationId, List<Found> files) {
        return database.withHandle(db -> db
                .createQuery("""
                        SELECT c.id AS copy_id, c.state, c.path, f.executed_observation_unit_id AS unit_id,
                               f.instrument_module_id AS module_id,
                               i.name || ' (module ' || m.name || ') observation ' || u.name AS observation,
                               f.kind, f.size_bytes, extract(epoch FROM date_trunc('second', c.modified_at))::bigint AS seconds,
                               c.modified_nanos, c.file_key, f.xxh64, f.problem
                          FROM unnest(:paths) AS wanted (path)
                          JOIN physical_copy c ON sha256(c.path::bytea) = sha256(wanted.path::bytea) AND c.path = wanted.path
                          JOIN raw_data_file f ON f.id = c.raw_data_file_id
                          JOIN executed_observation_unit u ON u.id = f.executed_observation_unit_id
                          JOIN instrument i ON i.id = u.instrument_id
                          JOIN instrument_module m ON m.id = f.instrument_module_id
                         WHERE c.data_location_id = :location AND c.state <> 'DELETED'
                        """)
                .bind("location", locationId)
                .bindArray(
                        "paths",
                        String.class,
                        files.stream().map(file -> file.path().encoded()).toList())
                .map(FilingRepository::knownRow)
                .stream()
                .collect(Collectors.toMap(Known::path, Function.identity())));
    }

    private static Known knownRow(ResultSet row, StatementContext context) throws SQLException {
        return new Known(
                row.getLong("copy_id"),
                CopyState.valueOf(row.getString("state")),
                row.getString("path"),
                row.getLong("unit_id"),
                row.getLong("module_id"),
                row.getString("observation"),
                FileFacts.Kind.valueOf(row.getString("kind")),
                row.getLong("size_bytes"),
                Instant.ofEpochSecond(row.getLong("seconds"), row.getInt("modified_nanos")),
                row.getString("file_key"),
                row.getString("xxh64"),
                row.getString("problem"));
    }

    /** Which of these files are registered, as this owner's, and not refused since. */
    Set<UUID> registered(Owner owner, Set<UUID> files) {
        return database.withHandle(db -> db.createQuery("""
                        SELECT uuid FROM raw_data_file
                         WHERE uuid = ANY (:uuids) AND problem IS NULL
                           AND executed_observation_unit_id = :unit AND instrument_module_id = :module
                        """)
                .bindArray("uuids", UUID.class, files.toArray())
                .bind("unit", owner.unitId())
                .bind("module", owner.moduleId())
                .mapTo(UUID.class)
                .collect(Collectors.toSet()));
    }

    /**
     * Registers files, each with its copy, in one transaction and in their order. Registrations at one location wait for
     * each other.
     *
     * @param files with different paths
     * @param filedBy who said so; null: not known
     * @param refusedBefore copies of earlier registrations of these paths that packaging refused: they make room
     * @return paths that another filing registered meanwhile; nothing was written for them
     */
    Set<String> register(
            Owner owner, List<Measured> files, Function<Measured, String> filedBy, List<Long> refusedBefore) {
        return database.inTransaction(tx -> {
            tx.createQuery("SELECT pg_advisory_xact_lock(hashtextextended('filing at ' || :location, 0))")
                    .bind("location", owner.location())
                    .mapToMap()
                    .list();
            Copies.change(tx, refusedBefore, CopyState.PRESENT, CopyState.MISSING);
            Copies.change(tx, refusedBefore, CopyState.MISSING, CopyState.DELETED);
            leaveUuids(tx, refusedBefore);
            Set<String> left = files.stream()
                    .map(file -> file.found().path().encoded())
                    .collect(Collectors.toCollection(HashSet::new));
            left.removeAll(insert(tx, owner, files, filedBy));
            return left;
        });
    }

    /** An instrument was told this UUID for these bytes: it is the living row's, not that of a refusal. */
    private static void leaveUuids(Handle tx, List<Long> refusedBefore) {
        if (!refusedBefore.isEmpty()) {
            tx.createUpdate("""
                            UPDATE raw_data_file SET uuid = gen_random_uuid()
                             WHERE id IN (SELECT raw_data_file_id FROM physical_copy WHERE id = ANY (:copies))
                            """).bindArray("copies", Long.class, refusedBefore).execute();
        }
    }

    // A file that was deleted after it was archived keeps its UUID.
    private static List<String> insert(
            Handle tx, Owner owner, List<Measured> files, Function<Measured, String> filedBy) {
        return tx.createQuery("""
                        WITH filed AS (
                            INSERT INTO raw_data_file (uuid, executed_observation_unit_id, instrument_module_id,
                                    source_location_id, path, readable_path, kind, link_target, size_bytes,
                                    modified_at, modified_nanos, file_key, xxh64, sha256, filed_by)
                            SELECT CASE WHEN EXISTS (SELECT FROM raw_data_file f WHERE f.uuid = w.uuid)
                                        THEN gen_random_uuid() ELSE w.uuid END,
                                   :unit, :module, :location, w.path, w.readable, w.kind::file_kind, w.target, w.size,
                                   to_timestamp(w.seconds) + w.nanos / 1000 * interval '1 microsecond', w.nanos,
                                   w.file_key, w.xxh64, w.sha256, w.filed_by
                              FROM unnest(:uuids, :paths, :readables, :kinds, :targets, :sizes, :seconds, :nanos,
                                          :fileKeys, :xxh64s, :sha256s, :filedBys) WITH ORDINALITY
                                   AS w (uuid, path, readable, kind, target, size, seconds, nanos, file_key, xxh64, sha256,
                                         filed_by, place)
                             WHERE NOT EXISTS (SELECT FROM physical_copy c
                                                WHERE c.data_location_id = :location AND c.state <> 'DELETED'
                                                  AND sha256(c.path::bytea) = sha256(w.path::bytea))
                             ORDER BY w.place
                            RETURNING id, path, size_bytes, xxh64, modified_at, modified_nanos, file_key)
                        INSERT INTO physical_copy (raw_data_file_id, data_location_id, path, state, size_bytes, checksum,
                                                   modified_at, modified_nanos, file_key)
                        SELECT id, :location, path, 'PRESENT', size_bytes, xxh64, modified_at, modified_nanos, file_key
                          FROM filed ORDER BY id
                        RETURNING path
                        """)
                .bind("unit", owner.unitId())
                .bind("module", owner.moduleId())
                .bind("location", owner.locationId())
                .bindArray("uuids", UUID.class, each(files, file -> file.uuid(owner.location())))
                .bindArray("paths", String.class, each(files, file -> file.found()
                        .path()
                        .encoded()))
                .bindArray("readables", String.class, each(files, file -> file.found()
                        .readable()))
                .bindArray(
                        "kinds",
                        String.class,
                        each(files, file -> file.found().facts().kind().name()))
                .bindArray("targets", String.class, each(files, Measured::linkTarget))
                .bindArray("sizes", Long.class, each(files, file -> file.fingerprint()
                        .sizeBytes()))
                .bindArray("seconds", Long.class, each(files, file -> modified(file)
                        .getEpochSecond()))
                .bindArray("nanos", Integer.class, each(files, file -> modified(file)
                        .getNano()))
                .bindArray("fileKeys", String.class, each(files, file -> file.found()
                        .facts()
                        .fileKey()))
                .bindArray("xxh64s", String.class, each(files, file -> file.fingerprint()
                        .xxHash64()
                        .toString()))
                .bindArray("sha256s", String.class, each(files, file -> file.fingerprint()
                        .sha256()
                        .toString()))
                .bindArray("filedBys", String.class, each(files, filedBy))
                .mapTo(String.class)
                .list();
    }

    /** A copy whose bytes are as registered has another inode or time now: the catalogue follows. */
    void refreshFacts(Map<Long, FileFacts> byCopy) {
        if (byCopy.isEmpty()) {
            return;
        }
        List<Map.Entry<Long, FileFacts>> copies = List.copyOf(byCopy.entrySet());
        database.useHandle(db -> db.createUpdate("""
                        UPDATE physical_copy c
                           SET modified_at = to_timestamp(w.seconds) + w.nanos / 1000 * interval '1 microsecond',
                               modified_nanos = w.nanos, file_key = w.file_key
                          FROM unnest(:copies, :seconds, :nanos, :fileKeys) AS w (copy, seconds, nanos, file_key)
                         WHERE c.id = w.copy AND c.state IN ('PRESENT', 'DELETION_POSSIBLE')
                        """)
                .bindArray(
                        "copies",
                        Long.class,
                        copies.stream().map(Map.Entry::getKey).toList())
                .bindArray(
                        "seconds",
                        Long.class,
                        copies.stream()
                                .map(c -> c.getValue().modified().getEpochSecond())
                                .toList())
                .bindArray(
                        "nanos",
                        Integer.class,
                        copies.stream()
                                .map(c -> c.getValue().modified().getNano())
                                .toList())
                .bindArray(
                        "fileKeys",
                        String.class,
                        copies.stream().map(c -> c.getValue().fileKey()).toList())
                .execute());
    }

    /**
     * Whose files they are and where they lie.
     *
     * @param location {@code site/name}
     */
    record Owner(long unitId, long moduleId, long locationId, String location) {}

    private static Instant modified(Measured file) {
        return file.found().facts().modified();
    }

    private static <T> List<T> each(List<Measured> files, Function<Measured, T> field) {
        java.util.ArrayList<T> values = new java.util.ArrayList<>(files.size());
        files.forEach(file -> values.add(field.apply(file)));
        return values;
    }
}
