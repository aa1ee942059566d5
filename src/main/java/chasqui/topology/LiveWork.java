package chasqui.topology;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Counts what still lies at, or is on its way through, a part of the topology that is to be switched off. */
final class LiveWork {
    private final Handle tx;
    private final boolean locks;

    private LiveWork(Handle tx, boolean locks) {
        this.tx = tx;
        this.locks = locks;
    }

    /** For who is about to switch something off: nobody adds anything until the transaction ends. */
    static LiveWork locking(Handle tx) {
        return new LiveWork(tx, true);
    }

    /** For who only asks. */
    static LiveWork looking(Handle db) {
        return new LiveWork(db, false);
    }

    /** Such as {@code copies of raw data packages (12)}; empty when nothing is there. */
    List<String> at(LocationEntry location) {
        Long id = tx.createQuery("""
                        SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                         WHERE s.short_name = :site AND l.name = :name
                        """ + (locks ? " FOR UPDATE OF l" : ""))
                .bind("site", location.site())
                .bind("name", location.name())
                .mapTo(Long.class)
                .findOne()
                .orElse(null);
        return left(id);
    }

    /** The same by its id, as it is now. */
    List<String> left(Long id) {
        return counted("""
                SELECT count(*) AS n, 'copies of raw data files' AS what FROM physical_copy
                 WHERE data_location_id = :id AND state <> 'DELETED' AND raw_data_file_id IS NOT NULL
                UNION ALL
                SELECT count(*), 'copies of raw data packages' FROM physical_copy
                 WHERE data_location_id = :id AND state <> 'DELETED' AND raw_data_package_id IS NOT NULL
                UNION ALL
                SELECT count(*), 'copies of data transfer packages' FROM physical_copy
                 WHERE data_location_id = :id AND state <> 'DELETED' AND data_transfer_package_id IS NOT NULL
                UNION ALL
                SELECT count(*), 'live operations' FROM operation
                 WHERE data_location_id = :id AND status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                UNION ALL
                SELECT count(*), 'unfinished raw data packages' FROM raw_data_package
                 WHERE :id IN (source_location_id, buffer_location_id) AND status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                UNION ALL
                SELECT count(*), 'unfinished data transfer packages' FROM data_transfer_package
                 WHERE buffer_location_id = :id AND status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                UNION ALL
                SELECT count(*), 'unfinished data transfers' FROM data_transfer
                 WHERE :id IN (origin_location_id, destination_location_id)
                   AND status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                UNION ALL
                SELECT count(*), 'unfinished archive transfers' FROM long_term_archive_transfer
                 WHERE :id IN (data_location_id, origin_location_id) AND status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                UNION ALL
                SELECT count(*), 'unfinished staging jobs' FROM staging_job
                 WHERE data_location_id = :id AND status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                """, id);
    }

    /** What is on its way to a site, whichever of its locations it will reach. */
    List<String> towards(SiteEntry site) {
        if (locks) {
            tx.createQuery("SELECT id FROM site WHERE short_name = :site FOR UPDATE")
                    .bind("site", site.shortName())
                    .mapTo(Long.class)
                    .list();
        }
        return towards(site.shortName());
    }

    List<String> towards(String site) {
        return counted("""
                SELECT count(*) AS n, 'unfinished data transfers on their way there' AS what
                  FROM data_transfer t JOIN site s ON s.id = t.destination_site_id
                 WHERE s.short_name = :id AND t.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                UNION ALL
                SELECT count(*), 'unfinished data transfer packages meant for it first'
                  FROM data_transfer_package p JOIN site s ON s.id = p.primary_site_id
                 WHERE s.short_name = :id AND p.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')
                """, site);
    }

    /** Running processes: they know where the locations lie and would go on writing there. */
    List<String> runningNodes() {
        return tx.createQuery("""
                        SELECT name FROM node
                         WHERE stopped_at IS NULL AND heartbeat_at > clock_timestamp() - interval '2 minutes' ORDER BY name
                        """).mapTo(String.class).list();
    }

    private List<String> counted(String sql, Object id) {
        return tx
                .createQuery(sql)
                .bind("id", id)
                .map((row, context) ->
                        row.getLong("n") == 0 ? "" : "%s (%d)".formatted(row.getString("what"), row.getLong("n")))
                .stream()
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
