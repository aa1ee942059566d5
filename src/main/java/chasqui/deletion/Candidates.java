package chasqui.deletion;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Copies that may well go, oldest first. The same conditions as in {@link DeletionPolicy}, so that what cannot go never
 * stands in front of what can; the policy has the last word. Ages are taken at the statement's start: an index can be
 * searched by that, and not by a clock that goes on.
 */
final class Candidates {
    /** How many archives prove package {@code p}, at {@code <where>}. */
    private static final String PROVEN = """
            (SELECT count(*)
               FROM physical_copy e
               JOIN data_location a ON a.id = e.data_location_id
               JOIN site z ON z.id = a.site_id
              CROSS JOIN LATERAL (SELECT n.good, n.verified_at, n.read_mode, n.expected
                                    FROM verification n WHERE n.physical_copy_id = e.id
                                   ORDER BY n.verified_at DESC, n.id DESC LIMIT 1) v
              WHERE e.raw_data_package_id = p.id AND e.state = 'PRESENT' AND e.checksum IN (p.xxh64, p.sha256)
                AND a.location_type = 'LONG_TERM_ARCHIVE' AND a.active AND z.active
                AND v.good AND v.expected = p.sha256
                AND v.verified_at BETWEEN clock_timestamp() - make_interval(secs => :maxAge) AND clock_timestamp()
                AND (v.read_mode <> 'CACHED' OR a.accept_cached_verification)
                AND <where>)
            """;

    private static final String UNPROTECTED = """
            NOT EXISTS (SELECT FROM copy_use u WHERE u.physical_copy_id = c.id)
            AND NOT EXISTS (SELECT FROM hold h
                             WHERE h.released_at IS NULL
                               AND (h.physical_copy_id = c.id OR h.raw_data_package_id = p.id
                                    OR h.executed_observation_unit_id = p.executed_observation_unit_id))
            """;

    private static final String FILES = """
            SELECT c.id, c.data_location_id, 1 AS weight, c.created_at
              FROM physical_copy c
              JOIN raw_data_file f ON f.id = c.raw_data_file_id
              JOIN raw_data_package p ON p.id = f.raw_data_package_id
             WHERE c.data_location_id = place.id AND c.state = 'DELETION_POSSIBLE'
               AND c.created_at <= statement_timestamp() - make_interval(secs => :sourceRetention)
               AND c.file_key IS NOT NULL AND c.modified_at IS NOT NULL
               AND p.state = 'ARCHIVED' AND p.archived_at <= clock_timestamp() - make_interval(secs => :sourceRetention)
               AND <proven> >= :copies
               AND NOT EXISTS (SELECT FROM physical_copy b JOIN data_location bl ON bl.id = b.data_location_id
                                WHERE b.raw_data_package_id = p.id AND b.state <> 'DELETED'
                                  AND bl.location_type = 'BUFFER' AND bl.site_id = place.site_id)
               AND <unprotected>
            """;

    private static final String PACKAGES = """
            SELECT c.id, c.data_location_id, 1 AS weight, c.created_at
              FROM physical_copy c
              JOIN raw_data_package p ON p.id = c.raw_data_package_id
              JOIN data_location o ON o.id = p.source_location_id
              LEFT JOIN data_transfer_package d ON d.id = p.data_transfer_package_id
             WHERE c.data_location_id = place.id AND c.state = 'PRESENT' AND c.raw_data_file_id IS NULL
               AND c.file_key IS NOT NULL AND c.modified_at IS NOT NULL
               AND p.state = 'ARCHIVED'
               AND (o.site_id = place.site_id OR place.site_id = ANY (:archiveSites))
               AND (o.site_id <> place.site_id
                    OR <proven> >= :copies
                       AND coalesce(coalesce(d.status, (SELECT t.status FROM data_transfer t
                                                         WHERE t.raw_data_package_id = p.id AND t.is_primary)) = 'COMPLETED',
                                    :archiveSites = ARRAY[place.site_id]))
               AND (place.site_id <> ALL (:archiveSites)
                    OR <provenHere> = (SELECT count(*) FROM archive_in_charge here WHERE here.site_id = place.site_id))
               AND <unprotected>
            """;

    private static final String TRANSFER_PACKAGES = """
            SELECT c.id, c.data_location_id, d.package_count AS weight, c.created_at
              FROM physical_copy c
              JOIN data_transfer_package d ON d.id = c.data_transfer_package_id
             WHERE c.data_location_id = place.id AND c.state = 'PRESENT' AND c.raw_data_file_id IS NULL
               AND c.file_key IS NOT NULL AND c.modified_at IS NOT NULL AND d.status = 'COMPLETED'
               AND EXISTS (SELECT FROM data_transfer t WHERE t.data_transfer_package_id = d.id)
               AND NOT EXISTS (SELECT FROM data_transfer t
                                WHERE t.data_transfer_package_id = d.id AND t.status NOT IN ('COMPLETED', 'CANCELLED'))
               AND d.package_count = (SELECT count(*) FROM raw_data_package p
                                       WHERE p.data_transfer_package_id = d.id AND p.state = 'ARCHIVED'
                                         AND <proven> >= :copies AND <unprotected>)
            """;

    private static final String TREES = """
            SELECT c.id, c.data_location_id, 1 AS weight, c.created_at
              FROM physical_copy c
              JOIN raw_data_package p ON p.id = c.raw_data_package_id
             WHERE c.data_location_id = place.id AND c.state = 'STAGED' AND c.raw_data_file_id IS NULL
               AND c.created_at <= statement_timestamp() - make_interval(secs => :processingRetention)
               AND p.state = 'ARCHIVED' AND <proven> >= :copies
               AND NOT EXISTS (SELECT FROM staging_job j
                                WHERE j.raw_data_package_id = p.id AND j.data_location_id = place.id
                                  AND (j.released_at > clock_timestamp() - make_interval(secs => :processingRetention)
                                       OR j.released_at IS NULL AND j.status NOT IN ('FAILED', 'CANCELLED')
                                       OR j.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')))
               AND <unprotected>
            """;

    private final Handle tx;
    private final DeletionSettings settings;
    private final List<Long> archiveSites;

    Candidates(Handle tx, DeletionSettings settings) {
        this.tx = tx;
        this.settings = settings;
        this.archiveSites = List.copyOf(ProofFacts.archiveSites(tx).archives().keySet());
    }

    /**
     * A copy that may well go.
     *
     * @param weight how many packages its proof must name
     */
    record Candidate(long copy, long location, long weight) {}

    List<Candidate> files(List<Long> places) {
        return find(FILES, places);
    }

    List<Candidate> packages(List<Long> places) {
        return find(PACKAGES, places);
    }

    List<Candidate> transferPackages(List<Long> places) {
        return find(TRANSFER_PACKAGES, places);
    }

    List<Candidate> trees(List<Long> places) {
        return find(TREES, places);
    }

    private List<Candidate> find(String which, List<Long> places) {
        if (places.isEmpty()) {
            return List.of();
        }
        String select = which.replace(
                        "<provenHere>",
                        PROVEN.replace(
                                "<where>",
                                "a.id IN (SELECT h.id FROM archive_in_charge h WHERE h.site_id = place.site_id)"))
                .replace("<proven>", PROVEN.replace("<where>", "true"))
                .replace("<unprotected>", UNPROTECTED);
        return tx.createQuery("""
                        SELECT found.id, found.data_location_id, found.weight
                          FROM data_location place
                         CROSS JOIN LATERAL (<select> ORDER BY c.created_at, c.id LIMIT :batch FOR UPDATE OF c SKIP LOCKED) found
                         WHERE place.id = ANY (:places)
                         ORDER BY found.created_at, found.id
                        """)
                .define("select", select)
                .bindMap(java.util.Map.of(
                        "maxAge", settings.verificationMaxAge().toSeconds(),
                        "sourceRetention", settings.retentionSource().toSeconds(),
                        "processingRetention", settings.retentionProcessing().toSeconds(),
                        "copies", settings.copies(),
                        "batch", settings.batch()))
                .bindArray("archiveSites", Long.class, archiveSites)
                .bindArray("places", Long.class, places)
                .map((row, context) ->
                        new Candidate(row.getLong("id"), row.getLong("data_location_id"), row.getLong("weight")))
                .list();
    }
}
