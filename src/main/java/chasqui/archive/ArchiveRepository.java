package chasqui.archive;

import chasqui.storage.Checksum;
import chasqui.storage.PackageDigest;
import chasqui.storage.RelativePath;
import chasqui.topology.DataLocation;
import java.util.List;
import java.util.function.LongFunction;
import org.jdbi.v3.core.Handle;

/** The statements of stage 5. */
final class ArchiveRepository {
    private ArchiveRepository() {}

    /** A copy at a buffer, and an archive of the same site that does not know its package. */
    record Wanted(long copyId, long packageId, long originId, long archiveId) {}

    /** A recorded way into an archive. */
    record Way(long id, long copyId, long archiveId, int priority) {}

    /**
     * Locks the copies, the oldest first, of packages for which a way into an archive is to be recorded. Looks at what lies
     * in buffers only, however much the archives hold.
     */
    static List<Wanted> lockWanted(Handle tx, int limit) {
        return tx.createQuery("""
                        SELECT c.id AS copy_id, c.raw_data_package_id, buffer.id AS data_location_id, archive.id AS archive_id
                          FROM data_location buffer
                          JOIN site s ON s.id = buffer.site_id
                          JOIN data_location archive ON archive.site_id = buffer.site_id
                          JOIN archive_in_charge charge ON charge.id = archive.id
                         CROSS JOIN LATERAL (
                               SELECT x.id, x.raw_data_package_id, x.created_at
                                 FROM physical_copy x
                                WHERE x.data_location_id = buffer.id AND x.raw_data_file_id IS NULL
                                  AND x.raw_data_package_id IS NOT NULL AND x.state = 'PRESENT'
                                  AND NOT EXISTS (SELECT FROM long_term_archive_transfer t
                                                   WHERE t.raw_data_package_id = x.raw_data_package_id
                                                     AND t.data_location_id = archive.id)
                                ORDER BY x.created_at, x.id LIMIT :limit FOR UPDATE SKIP LOCKED) c
                         WHERE buffer.location_type = 'BUFFER' AND buffer.storage_type = 'DISK'
                           AND archive.location_type = 'LONG_TERM_ARCHIVE'
                           AND buffer.active AND archive.active AND s.active
                         ORDER BY c.created_at, c.id, archive.priority, archive.id LIMIT :limit
                        """)
                .bind("limit", limit)
                .map((row, context) -> new Wanted(
                        row.getLong("copy_id"),
                        row.getLong("raw_data_package_id"),
                        row.getLong("data_location_id"),
                        row.getLong("archive_id")))
                .list();
    }

    /** Records the ways that another manager has not recorded meanwhile. */
    static List<Way> addWays(Handle tx, List<Wanted> wanted) {
        return tx.createQuery("""
                        WITH wanted AS (
                            SELECT * FROM unnest(:copies, :packages, :origins, :archives) AS w (copy, package, origin, archive)),
                        added AS (
                            INSERT INTO long_term_archive_transfer (raw_data_package_id, data_location_id, origin_location_id)
                            SELECT package, archive, origin FROM wanted
                            ON CONFLICT (raw_data_package_id, data_location_id) DO NOTHING
                            RETURNING id, raw_data_package_id, data_location_id, origin_location_id)
                        SELECT added.id, wanted.copy, added.data_location_id, p.priority
                          FROM added
                          JOIN wanted ON wanted.package = added.raw_data_package_id
                                     AND wanted.archive = added.data_location_id AND wanted.origin = added.origin_location_id
                          JOIN raw_data_package p ON p.id = added.raw_data_package_id
                        """)
                .bindArray(
                        "copies",
                        Long.class,
                        wanted.stream().map(Wanted::copyId).toList())
                .bindArray(
                        "packages",
                        Long.class,
                        wanted.stream().map(Wanted::packageId).toList())
                .bindArray(
                        "origins",
                        Long.class,
                        wanted.stream().map(Wanted::originId).toList())
                .bindArray(
                        "archives",
                        Long.class,
                        wanted.stream().map(Wanted::archiveId).toList())
                .map((row, context) -> new Way(
                        row.getLong("id"),
                        row.getLong("copy"),
                        row.getLong("data_location_id"),
                        row.getInt("priority")))
                .list();
    }

    /**
     * What to store where; read from the copy that was protected, or another one at a buffer of that site. Where a data
     * transfer has brought it to the archive, the origin is the site's best buffer, for what the work needs beside it.
     */
    static ToArchive toArchive(Handle db, long transferId, LongFunction<DataLocation> locations) {
        return db.createQuery("""
                        SELECT t.id, t.raw_data_package_id, p.name, p.size_bytes, p.xxh64, p.sha256, t.proven_at,
                               coalesce(source.data_location_id, t.origin_location_id) AS origin, source.path,
                               t.data_location_id AS archive, archive_folder(p.id) AS folder,
                               brought.id AS data_transfer_id, brought.incoming_name, brought.send_count,
                               EXISTS (SELECT FROM physical_copy a WHERE a.data_location_id = t.data_location_id
                                          AND a.raw_data_file_id IS NULL AND a.state NOT IN ('DELETED', 'MISSING')) AS archive_used
                          FROM long_term_archive_transfer t
                          JOIN raw_data_package p ON p.id = t.raw_data_package_id
                          JOIN data_location a ON a.id = t.data_location_id
                          LEFT JOIN data_transfer brought ON brought.id = t.data_transfer_id
                          LEFT JOIN LATERAL (
                               SELECT l.id AS data_location_id, c.path
                                 FROM data_location l
                                 LEFT JOIN physical_copy c ON c.data_location_id = l.id AND c.raw_data_package_id = p.id
                                       AND c.state IN ('PRESENT', 'DELETION_POSSIBLE')
                                WHERE l.site_id = a.site_id AND l.location_type = 'BUFFER' AND l.storage_type = 'DISK'
                                  AND CASE WHEN brought.id IS NULL THEN c.id IS NOT NULL ELSE l.active END
                                ORDER BY l.id = t.origin_location_id DESC, l.priority LIMIT 1) source ON true
                         WHERE t.id = :id
                        """)
                .bind("id", transferId)
                .map((row, context) -> new ToArchive(
                        row.getLong("id"),
                        row.getLong("raw_data_package_id"),
                        row.getString("name"),
                        new PackageDigest(
                                row.getLong("size_bytes"),
                                Checksum.parse(row.getString("xxh64")),
                                Checksum.parse(row.getString("sha256"))),
                        locations.apply(row.getLong("origin")),
                        row.getString("path") == null ? null : new RelativePath(row.getString("path")),
                        locations.apply(row.getLong("archive")),
                        row.getString("folder"),
                        row.getBoolean("archive_used"),
                        row.getTimestamp("proven_at") == null
                                ? null
                                : row.getTimestamp("proven_at").toInstant(),
                        row.getObject("data_transfer_id") == null
                                ? null
                                : new Arrival(
                                        row.getLong("data_transfer_id"),
                                        row.getString("incoming_name"),
                                        row.getInt("send_count"))))
                .one();
    }

    /**
     * The package is on tape and right; what follows need not read it again. Dated from the claim of the work, which came
     * before the reading: whoever waits to record it must not make it younger.
     */
    static void proven(Handle tx, long transferId) {
        tx.createUpdate("""
                        UPDATE long_term_archive_transfer t SET proven_at = o.claimed_at
                          FROM operation o
                         WHERE t.id = :id AND o.long_term_archive_transfer_id = t.id AND o.status = 'IN_PROGRESS'
                        """).bind("id", transferId).execute();
    }

    /** Whatever was proven is to be proven again: somebody will have done something about it. */
    static void doubted(Handle tx, long transferId) {
        tx.createUpdate("UPDATE long_term_archive_transfer SET proven_at = NULL WHERE id = :id")
                .bind("id", transferId)
                .execute();
    }

    static void completed(Handle tx, long transferId) {
        tx.createUpdate("UPDATE long_term_archive_transfer SET completed_at = clock_timestamp() WHERE id = :id")
                .bind("id", transferId)
                .execute();
    }
}
