package chasqui.transfer;

import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.WorkStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secondaries whose transfer package can be read nowhere but at its origin any more: what is in it goes package by package
 * from the archive of the primary's site, so that the link of the origin carries it once.
 */
final class ByPackages {
    private static final Logger log = LoggerFactory.getLogger(ByPackages.class);

    private ByPackages() {}

    /** One package that takes the place of a part of a transfer. */
    private record Part(long transferId, long packageId, long siteId, long copyId, long archiveId) {}

    /**
     * Replaces those that can be: they are CANCELLED, and their packages' own transfers protect the archive's copies.
     *
     * @return whether there were any
     */
    static boolean replace(Handle tx, Collection<Long> transfers) {
        List<Part> parts = find(tx, transfers);
        if (parts.isEmpty()) {
            return false;
        }
        List<Long> replaced = parts.stream().map(Part::transferId).distinct().toList();
        Map<List<Long>, Long> copies = new HashMap<>();
        parts.forEach(part -> copies.put(List.of(part.packageId(), part.siteId()), part.copyId()));
        List<Uses.Intent> intents = insert(tx, parts, copies);
        if (Uses.add(tx, UseBy.DATA_TRANSFER, intents).size() != intents.size()) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    "archived copies changed while transfers of them were being recorded; nothing was recorded, the next"
                            + " round looks again");
        }
        Subjects.DATA_TRANSFER.change(tx, replaced, WorkStatus.PENDING, WorkStatus.CANCELLED);
        Uses.release(tx, UseBy.DATA_TRANSFER, replaced);
        PassedOver.forget(tx, replaced);
        log.warn(
                "data transfers {}: no readable copy of the transfer package is left but at its origin; {} packages are"
                        + " sent from the archive of the primary's site instead",
                replaced,
                intents.size());
        return true;
    }

    private static List<Part> find(Handle tx, Collection<Long> transfers) {
        return tx.createQuery("""
                        WITH lonely AS MATERIALIZED (
                            SELECT t.id, t.data_transfer_package_id, t.destination_site_id
                              FROM data_transfer t
                              JOIN data_transfer_package d ON d.id = t.data_transfer_package_id
                              JOIN data_location home ON home.id = d.buffer_location_id
                             WHERE t.id = ANY (:ids) AND NOT t.is_primary AND t.status = 'PENDING' AND t.sent_at IS NULL
                               AND (t.waits_for IS NULL OR t.look_again_at IS NOT NULL)
                               AND NOT EXISTS (
                                   SELECT FROM physical_copy c
                                     JOIN data_location l ON l.id = c.data_location_id
                                     JOIN site s ON s.id = l.site_id
                                    WHERE c.data_transfer_package_id = d.id AND c.state IN ('PRESENT', 'DELETION_POSSIBLE')
                                      AND l.site_id <> home.site_id AND l.active AND s.active)
                             FOR UPDATE OF t SKIP LOCKED),
                        lost AS (SELECT lonely.*, sends_packages(id) AS site_id FROM lonely),
                        part AS (
                            SELECT lost.id, lost.destination_site_id, p.id AS package_id, archived.copy_id, archived.archive_id,
                                   bool_and(archived.copy_id IS NOT NULL) OVER (PARTITION BY lost.id) AS whole
                              FROM lost
                              JOIN raw_data_package p ON p.data_transfer_package_id = lost.data_transfer_package_id
                              LEFT JOIN LATERAL (
                                   SELECT c.id AS copy_id, l.id AS archive_id
                                     FROM physical_copy c JOIN data_location l ON l.id = c.data_location_id
                                    WHERE c.raw_data_package_id = p.id AND c.state = 'PRESENT'
                                      AND l.site_id = lost.site_id AND l.location_type = 'LONG_TERM_ARCHIVE'
                                      AND l.storage_type <> 'TAPE' AND l.active
                                    ORDER BY l.priority, l.id LIMIT 1) archived ON true)
                        SELECT id, package_id, destination_site_id, copy_id, archive_id FROM part WHERE whole
                         ORDER BY id, package_id
                        """)
                .bindArray("ids", Long.class, transfers)
                .map((row, context) -> new Part(
                        row.getLong("id"),
                        row.getLong("package_id"),
                        row.getLong("destination_site_id"),
                        row.getLong("copy_id"),
                        row.getLong("archive_id")))
                .list();
    }

    private static List<Uses.Intent> insert(Handle tx, List<Part> parts, Map<List<Long>, Long> copies) {
        return new ArrayList<>(tx.createQuery("""
                        INSERT INTO data_transfer (raw_data_package_id, destination_site_id, is_primary, origin_location_id)
                        SELECT w.package, w.site, false, w.archive
                          FROM unnest(:packages, :sites, :archives) AS w (package, site, archive)
                        ON CONFLICT (raw_data_package_id, destination_site_id) DO NOTHING
                        RETURNING id, raw_data_package_id, destination_site_id
                        """)
                .bindArray(
                        "packages",
                        Long.class,
                        parts.stream().map(Part::packageId).toList())
                .bindArray("sites", Long.class, parts.stream().map(Part::siteId).toList())
                .bindArray(
                        "archives",
                        Long.class,
                        parts.stream().map(Part::archiveId).toList())
                .map((row, context) -> new Uses.Intent(
                        row.getLong("id"),
                        copies.get(List.of(row.getLong("raw_data_package_id"), row.getLong("destination_site_id")))))
                .list());
    }
}
