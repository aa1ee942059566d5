package chasqui.packaging;

import chasqui.packaging.GreedySplit.Piece;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** What the manager of stage 1 reads and writes. */
final class PackagingRepository {
    /** Most groups that one round looks into. */
    private static final int MOST_GROUPS = 1_000;

    private PackagingRepository() {}

    /** A package to be made of a group's files. */
    record NewPackage(DueGroup group, Piece piece) {}

    /** Takes one file of a group, given by its place in the list of groups. */
    interface FileSink {
        void take(int group, long id, long sizeBytes, int names);
    }

    /**
     * Locks observations with groups that are due, most urgent first; those that another manager looks at are left to
     * it. An observation's end covers what had been filed until then: later files wait like all others. The buffer is the
     * site's first active one that does not drain; its next ones take over when levels of fullness are known.
     */
    static List<DueGroup> lockDue(Handle tx, PackagingSettings settings) {
        return tx.createQuery("""
                        SELECT g.unit_id, g.module_id, g.source_id, buffer.id AS buffer_id, u.priority,
                               i.name AS instrument, u.name AS observation, due.whole
                          FROM (SELECT executed_observation_unit_id AS unit_id, instrument_module_id AS module_id,
                                       source_location_id AS source_id, sum(size_bytes) AS bytes,
                                       min(filed_at) AS oldest, max(filed_at) AS newest
                                  FROM raw_data_file
                                 WHERE raw_data_package_id IS NULL AND problem IS NULL
                                 GROUP BY 1, 2, 3) g
                          JOIN executed_observation_unit u ON u.id = g.unit_id
                          JOIN instrument i ON i.id = u.instrument_id
                          JOIN data_location l ON l.id = g.source_id AND l.active
                          JOIN site s ON s.id = l.site_id AND s.active
                          JOIN LATERAL (SELECT b.id FROM data_location b
                                         WHERE b.site_id = s.id AND b.active AND b.location_type = 'BUFFER'
                                           AND b.storage_type = 'DISK' AND b.draining_since IS NULL
                                         ORDER BY b.priority, b.name LIMIT 1) buffer ON true
                         CROSS JOIN LATERAL (SELECT coalesce(u.finished_at >= g.newest, false)
                                      OR g.newest <= clock_timestamp() - make_interval(secs => :quiet)
                                      OR g.oldest <= clock_timestamp() - make_interval(secs => :maxWait) AS whole) due
                         WHERE due.whole OR g.bytes >= :cap
                         ORDER BY u.priority, g.oldest, u.id LIMIT :limit
                           FOR NO KEY UPDATE OF u SKIP LOCKED
                        """)
                .bind("quiet", settings.quiet().toMillis() / 1000.0)
                .bind("maxWait", settings.maxWait().toMillis() / 1000.0)
                .bind("cap", settings.sizeCap())
                .bind("limit", MOST_GROUPS)
                .map((row, context) -> new DueGroup(
                        row.getLong("unit_id"),
                        row.getLong("module_id"),
                        row.getLong("source_id"),
                        row.getLong("buffer_id"),
                        row.getInt("priority"),
                        row.getString("instrument"),
                        row.getString("observation"),
                        row.getBoolean("whole")))
                .list();
    }

    /**
     * Reads the groups' files that are in no package, group by group, in the order in which they were filed.
     *
     * @return how many there were, at most {@code limit}
     */
    static int files(Handle tx, List<DueGroup> groups, int limit, FileSink sink) {
        return tx.createQuery("""
                        SELECT g.place, f.id, f.size_bytes, f.names
                          FROM unnest(:units, :modules, :sources) WITH ORDINALITY AS g (unit_id, module_id, source_id, place)
                         CROSS JOIN LATERAL (
                               SELECT id, size_bytes,
                                      length(path) + length(readable_path) + coalesce(length(link_target), 0) AS names
                                 FROM raw_data_file
                                WHERE executed_observation_unit_id = g.unit_id AND instrument_module_id = g.module_id
                                  AND source_location_id = g.source_id AND raw_data_package_id IS NULL AND problem IS NULL
                                ORDER BY id LIMIT :limit) f
                         ORDER BY g.place, f.id LIMIT :limit
                        """)
                .bindArray("units", Long.class, each(groups, DueGroup::unitId))
                .bindArray("modules", Long.class, each(groups, DueGroup::moduleId))
                .bindArray("sources", Long.class, each(groups, DueGroup::sourceId))
                .bind("limit", limit)
                .reduceRows(0, (count, row) -> {
                    sink.take(
                            row.getColumn("place", Integer.class) - 1,
                            row.getColumn("id", Long.class),
                            row.getColumn("size_bytes", Long.class),
                            row.getColumn("names", Integer.class));
                    return count + 1;
                });
    }

    /**
     * Records packages and puts their files into them.
     *
     * @return their ids, in the same order
     */
    static List<Long> insert(Handle tx, List<NewPackage> packages) {
        List<UUID> uuids = each(packages, one -> UUID.randomUUID());
        List<String> names = new ArrayList<>();
        for (int i = 0; i < packages.size(); i++) {
            names.add(packages.get(i).group().packageName(uuids.get(i)));
        }
        Map<UUID, Long> ids = new HashMap<>();
        tx.createQuery("""
                        INSERT INTO raw_data_package (uuid, name, executed_observation_unit_id, instrument_module_id,
                                    source_location_id, buffer_location_id, priority, file_count, content_bytes)
                        SELECT * FROM unnest(:uuids, :names, :units, :modules, :sources, :buffers, :priorities, :counts, :bytes)
                        RETURNING id, uuid
                        """)
                .bindArray("uuids", UUID.class, uuids)
                .bindArray("names", String.class, names)
                .bindArray("units", Long.class, each(packages, p -> p.group().unitId()))
                .bindArray("modules", Long.class, each(packages, p -> p.group().moduleId()))
                .bindArray("sources", Long.class, each(packages, p -> p.group().sourceId()))
                .bindArray("buffers", Long.class, each(packages, p -> p.group().bufferId()))
                .bindArray("priorities", Integer.class, each(packages, p -> p.group()
                        .priority()))
                .bindArray("counts", Long.class, each(packages, p ->
                        (long) p.piece().files().size()))
                .bindArray("bytes", Long.class, each(packages, p -> p.piece().bytes()))
                .map((row, context) -> ids.put(row.getObject("uuid", UUID.class), row.getLong("id")))
                .list();
        List<Long> inOrder = each(uuids, ids::get);
        assign(tx, packages, inOrder);
        return inOrder;
    }

    private static void assign(Handle tx, List<NewPackage> packages, List<Long> ids) {
        List<Long> files = new ArrayList<>();
        List<Long> intoPackages = new ArrayList<>();
        for (int i = 0; i < packages.size(); i++) {
            for (Long file : packages.get(i).piece().files()) {
                files.add(file);
                intoPackages.add(ids.get(i));
            }
        }
        int assigned = tx.createUpdate("""
                        UPDATE raw_data_file f SET raw_data_package_id = w.package_id
                          FROM unnest(:files, :packages) AS w (file_id, package_id)
                         WHERE f.id = w.file_id AND f.raw_data_package_id IS NULL AND f.problem IS NULL
                        """)
                .bindArray("files", Long.class, files)
                .bindArray("packages", Long.class, intoPackages)
                .execute();
        if (assigned != files.size()) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    (files.size() - assigned) + " files were taken by another while they were being put into packages;"
                            + " nothing was recorded, the next round looks again");
        }
    }

    private static <A, B> List<B> each(List<A> all, Function<A, B> field) {
        return all.stream().map(field).toList();
    }
}
