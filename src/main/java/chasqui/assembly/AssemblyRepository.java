package chasqui.assembly;

import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** What the manager of stage 2 reads and writes. */
final class AssemblyRepository {
    /** Any number that nothing else in this database uses. */
    private static final long ONE_AT_A_TIME = 0x63_68_61_73_71_75_69_02L;

    private static final int RECENT = 1_000;

    private AssemblyRepository() {}

    /** A bundle to be recorded, and where it goes first. */
    record NewTransferPackage(Bundle bundle, long primarySiteId) {}

    /** True when no other manager is at it, until the transaction ends. */
    static boolean tryLock(Handle tx) {
        return tx.createQuery("SELECT pg_try_advisory_xact_lock(:key)")
                .bind("key", ONE_AT_A_TIME)
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * Locks packages at active buffers that are in no transfer package and do not travel by themselves, and the copies to be read, most urgent first. Those
     * that are archived already, by their own site, travel to the others all the same. Where a buffer drains, none waits
     * for more to come.
     */
    static List<Candidate> lockWaiting(Handle tx, Collection<Long> sites, AssemblySettings settings, int limit) {
        return tx.createQuery("""
                        SELECT p.id, c.id AS copy_id, p.buffer_location_id, l.site_id, m.instrument_id, p.size_bytes, p.priority,
                               p.priority <= :urgent
                               OR p.packaged_at <= clock_timestamp() - make_interval(secs => :maxWait)
                               OR l.draining_since IS NOT NULL OR s.draining_since IS NOT NULL AS waited
                          FROM raw_data_package p
                          JOIN instrument_module m ON m.id = p.instrument_module_id
                          JOIN data_location l ON l.id = p.buffer_location_id
                          JOIN site s ON s.id = l.site_id
                          JOIN physical_copy c ON c.raw_data_package_id = p.id AND c.data_location_id = l.id
                         WHERE p.status = 'COMPLETED' AND p.state IN ('WAITING', 'ARCHIVED')
                           AND p.data_transfer_package_id IS NULL AND NOT p.goes_alone
                           AND c.state = 'PRESENT' AND l.active AND s.active AND l.storage_type = 'DISK'
                           AND l.site_id = ANY (:sites)
                         ORDER BY p.priority, p.packaged_at, p.id LIMIT :limit
                           FOR NO KEY UPDATE OF p SKIP LOCKED
                           FOR SHARE OF c SKIP LOCKED
                        """)
                .bind("urgent", settings.urgentPriority())
                .bind("maxWait", settings.maxWait().toMillis() / 1000.0)
                .bindArray("sites", Long.class, List.copyOf(sites))
                .bind("limit", limit)
                .map((row, context) -> new Candidate(
                        row.getLong("id"),
                        row.getLong("copy_id"),
                        row.getLong("buffer_location_id"),
                        row.getLong("site_id"),
                        row.getLong("instrument_id"),
                        row.getLong("size_bytes"),
                        row.getInt("priority"),
                        row.getBoolean("waited")))
                .list();
    }

    /**
     * The primary destinations of the newest transfer packages, and of the newest that went without, by their site of
     * origin, newest first.
     */
    static Map<Long, LinkedList<Long>> recentPrimaries(Handle tx) {
        Map<Long, LinkedList<Long>> byOrigin = new HashMap<>();
        tx.createQuery("""
                        SELECT l.site_id, newest.primary_site_id
                          FROM ((SELECT created_at, id, buffer_location_id, primary_site_id FROM data_transfer_package
                                  WHERE primary_site_id IS NOT NULL AND status <> 'CANCELLED'
                                  ORDER BY id DESC LIMIT :recent)
                                UNION ALL
                                (SELECT DISTINCT t.created_at, 0, p.buffer_location_id, t.destination_site_id
                                   FROM (SELECT created_at, raw_data_package_id, destination_site_id FROM data_transfer
                                          WHERE is_primary AND raw_data_package_id IS NOT NULL
                                          ORDER BY created_at DESC LIMIT :recent) t
                                   JOIN raw_data_package p ON p.id = t.raw_data_package_id)) newest
                          JOIN data_location l ON l.id = newest.buffer_location_id
                         ORDER BY newest.created_at DESC, newest.id DESC
                        """)
                .bind("recent", RECENT)
                .map((row, context) -> byOrigin.computeIfAbsent(row.getLong("site_id"), site -> new LinkedList<>())
                        .add(row.getLong("primary_site_id")))
                .list();
        return byOrigin;
    }

    /**
     * Records transfer packages, puts their packages into them and protects the copies.
     *
     * @return their ids, in the same order
     */
    static List<Long> insert(Handle tx, List<NewTransferPackage> packages) {
        List<UUID> uuids = each(packages, one -> UUID.randomUUID());
        Map<UUID, Long> ids = new HashMap<>();
        tx.createQuery("""
                        INSERT INTO data_transfer_package (uuid, name, buffer_location_id, instrument_id, primary_site_id,
                                                           priority, package_count, content_bytes)
                        SELECT w.uuid, 'dtp-' || s.short_name || '-' || right(replace(w.uuid::text, '-', ''), 12), w.buffer,
                               w.instrument, w.primary_site, w.priority, w.count, w.bytes
                          FROM unnest(:uuids, :buffers, :instruments, :primaries, :priorities, :counts, :bytes) WITH ORDINALITY
                               AS w (uuid, buffer, instrument, primary_site, priority, count, bytes, place)
                          JOIN data_location l ON l.id = w.buffer
                          JOIN site s ON s.id = l.site_id
                         ORDER BY w.place
                        RETURNING id, uuid
                        """)
                .bindArray("uuids", UUID.class, uuids)
                .bindArray("buffers", Long.class, each(packages, p -> p.bundle().bufferId()))
                .bindArray("instruments", Long.class, each(packages, p -> p.bundle()
                        .instrumentId()))
                .bindArray("primaries", Long.class, each(packages, NewTransferPackage::primarySiteId))
                .bindArray("priorities", Integer.class, each(packages, p -> p.bundle()
                        .priority()))
                .bindArray("counts", Integer.class, each(packages, p -> p.bundle()
                        .packages()
                        .size()))
                .bindArray("bytes", Long.class, each(packages, p -> p.bundle().bytes()))
                .map((row, context) -> ids.put(row.getObject("uuid", UUID.class), row.getLong("id")))
                .list();
        List<Long> inOrder = each(uuids, ids::get);
        assign(tx, packages, inOrder);
        return inOrder;
    }

    private static void assign(Handle tx, List<NewTransferPackage> packages, List<Long> ids) {
        List<Long> travellers = new ArrayList<>();
        List<Long> into = new ArrayList<>();
        List<Uses.Intent> intents = new ArrayList<>();
        for (int i = 0; i < packages.size(); i++) {
            for (Candidate candidate : packages.get(i).bundle().packages()) {
                travellers.add(candidate.packageId());
                into.add(ids.get(i));
                intents.add(new Uses.Intent(ids.get(i), candidate.copyId()));
            }
        }
        int assigned = tx.createUpdate("""
                        UPDATE raw_data_package p SET data_transfer_package_id = w.transfer_package
                          FROM unnest(:packages, :into) AS w (package, transfer_package)
                         WHERE p.id = w.package AND p.data_transfer_package_id IS NULL
                        """)
                .bindArray("packages", Long.class, travellers)
                .bindArray("into", Long.class, into)
                .execute();
        int kept = Uses.add(tx, UseBy.DATA_TRANSFER_PACKAGE, intents).size();
        if (assigned != travellers.size() || kept != intents.size()) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    "packages or their copies were taken by another while they were being bundled; nothing was "
                            + "recorded, the next round looks again");
        }
    }

    private static <A, B> List<B> each(List<A> all, Function<A, B> field) {
        return all.stream().map(field).toList();
    }
}
