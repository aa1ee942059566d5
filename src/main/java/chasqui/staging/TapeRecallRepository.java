package chasqui.staging;

import chasqui.storage.Checksum;
import chasqui.storage.PackageDigest;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What lies in recall folders, and what is to lie there. */
final class TapeRecallRepository {
    /** Somebody waits for copy {@code c}'s package, or reads it now. */
    private static final String WANTED = """
            (c.state = 'PRESENT'
             AND EXISTS (SELECT FROM staging_job w
                          WHERE w.raw_data_package_id = c.raw_data_package_id AND w.released_at IS NULL
                            AND w.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')))
            """;

    private TapeRecallRepository() {}

    /** A copy on tape. */
    record OnTape(long id, long location) {}

    /**
     * Of each package that a job waits for and that can be read nowhere, the nearest copy on tape. One whose recall
     * failed for good is left to the human who was told of it.
     */
    static List<OnTape> wanted(Handle tx, int limit) {
        return tx.createQuery("""
                        SELECT DISTINCT ON (j.raw_data_package_id) c.id, c.data_location_id
                          FROM <job>
                          JOIN physical_copy c ON c.raw_data_package_id = j.raw_data_package_id
                          JOIN data_location o ON o.id = c.data_location_id
                          JOIN site os ON os.id = o.site_id
                         WHERE j.status = 'PENDING' AND j.released_at IS NULL AND l.active AND s.active AND p.state = 'ARCHIVED'
                           AND c.state = 'PRESENT' AND c.verified_at IS NOT NULL
                           AND o.location_type = 'LONG_TERM_ARCHIVE' AND o.storage_type = 'TAPE' AND o.active AND os.active
                           AND NOT EXISTS (SELECT FROM operation f WHERE f.subject_id = c.id AND f.type = :type)
                           AND NOT EXISTS (SELECT FROM tape_recall b WHERE b.physical_copy_id = c.id AND b.spoiled)
                           AND NOT EXISTS (SELECT FROM operation r JOIN physical_copy x ON x.id = r.subject_id
                                            WHERE x.raw_data_package_id = j.raw_data_package_id AND r.type = :type
                                              AND r.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS'))
                           AND NOT EXISTS <nearest>
                         ORDER BY j.raw_data_package_id, os.id = s.id DESC, o.priority, c.id LIMIT :limit
                        """)
                .define("job", StagingRepository.JOB)
                .define("nearest", StagingRepository.NEAREST)
                .bind("type", TapeRecallManager.TAPE_RECALL.name())
                .bind("limit", limit)
                .map((row, context) -> new OnTape(row.getLong("id"), row.getLong("data_location_id")))
                .list();
    }

    /** Copies that came back, and that nobody waits for or can use. */
    static List<OnTape> needless(Handle tx, int limit) {
        return tx.createQuery("""
                        SELECT c.id, c.data_location_id FROM tape_recall r JOIN physical_copy c ON c.id = r.physical_copy_id
                         WHERE (r.spoiled OR NOT <wanted>)
                           AND NOT EXISTS (SELECT FROM operation f WHERE f.subject_id = c.id AND f.type = :type)
                         ORDER BY r.recalled_at LIMIT :limit
                        """)
                .define("wanted", WANTED)
                .bind("type", TapeRecallManager.TAPE_RECALL.name())
                .bind("limit", limit)
                .map((row, context) -> new OnTape(row.getLong("id"), row.getLong("data_location_id")))
                .list();
    }

    /**
     * What a worker needs to know; {@code path} on tape, and below the recall folder.
     *
     * @param wanted somebody waits for it, and what came back before, if anything, can be used
     */
    record Recall(long copy, long location, String packageName, String path, PackageDigest expected, boolean wanted) {}

    static Recall recall(Handle db, long copy) {
        return db.createQuery("""
                        SELECT c.id, c.data_location_id, c.path, p.name, p.size_bytes, p.xxh64, p.sha256,
                               <wanted> AND NOT EXISTS (SELECT FROM tape_recall b
                                                         WHERE b.physical_copy_id = c.id AND b.spoiled) AS wanted
                          FROM physical_copy c JOIN raw_data_package p ON p.id = c.raw_data_package_id WHERE c.id = :copy
                        """)
                .define("wanted", WANTED)
                .bind("copy", copy)
                .map((row, context) -> new Recall(
                        row.getLong("id"),
                        row.getLong("data_location_id"),
                        row.getString("name"),
                        row.getString("path"),
                        new PackageDigest(
                                row.getLong("size_bytes"),
                                Checksum.parse(row.getString("xxh64")),
                                Checksum.parse(row.getString("sha256"))),
                        row.getBoolean("wanted")))
                .one();
    }

    static void recalled(Handle tx, long copy) {
        tx.createUpdate("""
                        INSERT INTO tape_recall (physical_copy_id) VALUES (:copy) ON CONFLICT (physical_copy_id) DO NOTHING
                        """).bind("copy", copy).execute();
    }

    /**
     * From here on nobody begins to read what came back.
     *
     * @return false when somebody wants it after all
     */
    static boolean giveUp(Handle tx, long copy) {
        // A job that begins takes the same lock with its use of the copy.
        tx.createQuery("SELECT id FROM physical_copy WHERE id = :copy FOR UPDATE")
                .bind("copy", copy)
                .mapTo(Long.class)
                .one();
        if (recall(tx, copy).wanted()) {
            return false;
        }
        forget(tx, copy);
        return true;
    }

    /** What came back is not what was brought: nobody reads it again, and it is removed. */
    static void spoiled(Handle tx, long copy) {
        tx.createUpdate("UPDATE tape_recall SET spoiled = true WHERE physical_copy_id = :copy")
                .bind("copy", copy)
                .execute();
    }

    /** What came back is not there any more; nothing happens when there was none. */
    static void forget(Handle tx, long copy) {
        tx.createUpdate("DELETE FROM tape_recall WHERE physical_copy_id = :copy")
                .bind("copy", copy)
                .execute();
    }
}
