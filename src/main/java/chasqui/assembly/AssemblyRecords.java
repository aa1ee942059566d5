package chasqui.assembly;

import chasqui.catalogue.Copies;
import chasqui.catalogue.CopyOf;
import chasqui.catalogue.NewCopy;
import chasqui.catalogue.ReadMode;
import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.catalogue.Verifications;
import chasqui.notification.Notifications;
import chasqui.notification.OtherBytes;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Finished;
import chasqui.pipeline.PackageState;
import chasqui.pipeline.WorkStatus;
import chasqui.storage.Checksum;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.RelativePath;
import chasqui.topology.ArchiveSite;
import chasqui.topology.Locations;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** What the worker of stage 2 reads and writes. */
final class AssemblyRecords {
    static final String PRIMARY_FIRST = "primary transfer";

    private AssemblyRecords() {}

    static AssemblyTask task(Handle db, long id) {
        return task(
                db,
                id,
                db.createQuery("SELECT buffer_location_id FROM data_transfer_package WHERE id = :id")
                        .bind("id", id)
                        .mapTo(Long.class)
                        .one());
    }

    /** @param bufferId where the packages are read and the transfer package is built */
    static AssemblyTask task(Handle db, long id, long bufferId) {
        List<Traveller> travellers = db.createQuery("""
                        SELECT p.id, p.name, p.size_bytes, p.xxh64, p.sha256, c.id AS copy_id, c.path, c.modified_nanos, c.file_key,
                               extract(epoch FROM date_trunc('second', c.modified_at))::bigint AS seconds
                          FROM raw_data_package p
                          LEFT JOIN physical_copy c ON c.raw_data_package_id = p.id
                                AND c.data_location_id = :buffer AND c.state IN ('PRESENT', 'DELETION_POSSIBLE')
                         WHERE p.data_transfer_package_id = :id
                         ORDER BY p.id
                        """)
                .bind("id", id)
                .bind("buffer", bufferId)
                .map((row, context) -> traveller(row))
                .list();
        return db.createQuery("""
                        SELECT p.uuid, p.name, p.created_at, p.primary_site_id, l.site_id, s.short_name
                          FROM data_transfer_package p
                          JOIN data_location l ON l.id = p.buffer_location_id
                          JOIN site s ON s.id = l.site_id
                         WHERE p.id = :id
                        """)
                .bind("id", id)
                .map((row, context) -> new AssemblyTask(
                        id,
                        row.getString("name"),
                        bufferId,
                        row.getLong("site_id"),
                        row.getLong("primary_site_id"),
                        Map.of(
                                "package", row.getString("name"),
                                "uuid", row.getObject("uuid", UUID.class).toString(),
                                "site", row.getString("short_name"),
                                "created",
                                        row.getTimestamp("created_at")
                                                .toInstant()
                                                .toString()),
                        travellers))
                .one();
    }

    private static Traveller traveller(ResultSet row) throws SQLException {
        PackageDigest digest = new PackageDigest(
                row.getLong("size_bytes"),
                Checksum.parse(row.getString("xxh64")),
                Checksum.parse(row.getString("sha256")));
        Long copy = row.getObject("copy_id", Long.class);
        return new Traveller(
                row.getLong("id"),
                row.getString("name"),
                digest,
                copy,
                copy == null ? null : new RelativePath(row.getString("path")),
                copy == null
                        ? null
                        : new FileFacts(
                                digest.sizeBytes(),
                                Instant.ofEpochSecond(row.getLong("seconds"), row.getInt("modified_nanos")),
                                row.getString("file_key"),
                                FileFacts.Kind.FILE));
    }

    /** The package is at its buffer, and everything it is to do from here on is recorded and protected. */
    static void completed(Handle tx, Finished work, Assembled assembled) {
        long id = work.subjectId();
        List<Destinations.Leg> legs = legs(tx, id, assembled.at().siteId());
        PackageDigest digest = assembled.digest();
        tx.createUpdate("""
                        UPDATE data_transfer_package
                           SET size_bytes = :size, xxh64 = :xxh64, assembled_at = clock_timestamp(), primary_site_id = :primary
                         WHERE id = :id
                        """)
                .bind("size", digest.sizeBytes())
                .bind("xxh64", digest.xxHash64().toString())
                .bind("primary", legs.get(0).siteId())
                .bind("id", id)
                .execute();
        Subjects.DATA_TRANSFER_PACKAGE.change(tx, id, WorkStatus.IN_PROGRESS, WorkStatus.COMPLETED);
        long copy = copy(tx, work, assembled);
        List<Long> transfers = transfers(tx, id, assembled.at().bufferId(), legs);
        int kept = Uses.add(
                        tx,
                        UseBy.DATA_TRANSFER,
                        transfers.stream()
                                .map(transfer -> new Uses.Intent(transfer, copy))
                                .toList())
                .size();
        if (kept != legs.size()) {
            throw new ChasquiException(FailureKind.PLATFORM, true, work + ": its copy could not be protected");
        }
        Subjects.changeState(tx, assembled.packages(), PackageState.WAITING, PackageState.TRANSFERRING);
        Uses.release(tx, UseBy.DATA_TRANSFER_PACKAGE, List.of(id));
        OtherBytes.tell(tx, assembled.at().buffer(), assembled.at().path().readable(), assembled.aside());
    }

    /** To the primary destination that the manager chose, as long as it takes data; nothing has moved yet. */
    private static List<Destinations.Leg> legs(Handle tx, long id, long siteId) {
        Destinations destinations = new Destinations(Locations.in(tx), siteId);
        long chosen = tx.createQuery("SELECT primary_site_id FROM data_transfer_package WHERE id = :id")
                .bind("id", id)
                .mapTo(Long.class)
                .one();
        List<ArchiveSite> possible = destinations.primaries();
        ArchiveSite primary = possible.stream()
                .filter(site -> site.siteId() == chosen)
                .findFirst()
                .or(() -> possible.stream().max(Comparator.comparingInt(ArchiveSite::weight)))
                .orElseThrow(() -> new ChasquiException(
                        FailureKind.PLATFORM,
                        true,
                        "data transfer package " + id
                                + ": there is no archive site now that its packages may be sent to; activate one or "
                                + "allow a transfer route, work then goes on"));
        return destinations.legs(primary);
    }

    private static long copy(Handle tx, Finished work, Assembled assembled) {
        String checksum = assembled.digest().xxHash64().toString();
        boolean readBack = assembled.readMode() != null;
        long copy = Copies.add(
                tx,
                new NewCopy(
                        CopyOf.DATA_TRANSFER_PACKAGE,
                        work.subjectId(),
                        assembled.at().bufferId(),
                        assembled.at().path().encoded(),
                        CopyState.PRESENT,
                        assembled.digest().sizeBytes(),
                        checksum,
                        assembled.facts().modified(),
                        assembled.facts().fileKey(),
                        readBack));
        if (readBack) {
            ReadMode mode = ReadMode.valueOf(assembled.readMode().name());
            Verifications.ofWork(tx, copy, work, mode, checksum, checksum, assembled.node());
        }
        return copy;
    }

    private static List<Long> transfers(Handle tx, long id, long bufferId, List<Destinations.Leg> legs) {
        return tx.createQuery("""
                        INSERT INTO data_transfer (data_transfer_package_id, destination_site_id, is_primary, origin_location_id,
                                                   destination_location_id, transfer_route_id, method, pull, waits_for)
                        SELECT :package, w.site, w.is_primary, CASE WHEN w.is_primary THEN :buffer::bigint END,
                               w.destination, w.route, w.method, w.pull, CASE WHEN NOT w.is_primary THEN :waitsFor END
                          FROM unnest(:sites, :primaries, :destinations, :routes, :methods, :pulls)
                               AS w (site, is_primary, destination, route, method, pull)
                        RETURNING id
                        """)
                .bind("package", id)
                .bind("buffer", bufferId)
                .bind("waitsFor", PRIMARY_FIRST)
                .bindArray("sites", Long.class, each(legs, Destinations.Leg::siteId))
                .bindArray("primaries", Boolean.class, each(legs, Destinations.Leg::primary))
                .bindArray("destinations", Long.class, each(legs, Destinations.Leg::destinationLocationId))
                .bindArray("routes", Long.class, each(legs, Destinations.Leg::routeId))
                .bindArray("methods", String.class, each(legs, Destinations.Leg::method))
                .bindArray("pulls", Boolean.class, each(legs, Destinations.Leg::pull))
                .mapTo(Long.class)
                .list();
    }

    private static <T> List<T> each(List<Destinations.Leg> legs, Function<Destinations.Leg, T> field) {
        java.util.ArrayList<T> values = new java.util.ArrayList<>();
        legs.forEach(leg -> values.add(field.apply(leg)));
        return values;
    }

    /** Takes packages out of the bundle whose copies are not fit to travel; a human has to look at them. */
    static void leaveBehind(Handle tx, AssemblyTask task, Unfit unfit, List<Traveller> left) {
        List<Long> packages = unfit.packages().stream()
                .map(one -> one.traveller().packageId())
                .toList();
        tx.createUpdate("UPDATE raw_data_package SET data_transfer_package_id = NULL WHERE id = ANY (:ids)")
                .bindArray("ids", Long.class, packages)
                .execute();
        tx.createUpdate("""
                        DELETE FROM copy_use u USING physical_copy c
                         WHERE u.data_transfer_package_id = :id AND c.id = u.physical_copy_id
                           AND c.raw_data_package_id = ANY (:packages)
                        """)
                .bind("id", task.id())
                .bindArray("packages", Long.class, packages)
                .execute();
        Copies.change(tx, copies(unfit, true), CopyState.PRESENT, CopyState.MISSING);
        Copies.change(tx, copies(unfit, false), CopyState.PRESENT, CopyState.SUSPECT);
        Subjects.changeState(tx, packages, PackageState.WAITING, PackageState.FAILED);
        if (!left.isEmpty()) {
            tx.createUpdate(
                            "UPDATE data_transfer_package SET package_count = :count, content_bytes = :bytes WHERE id = :id")
                    .bind("count", left.size())
                    .bind("bytes", task.with(left).contentBytes())
                    .bind("id", task.id())
                    .execute();
        }
        for (Unfit.One one : unfit.packages()) {
            Notifications.raise(
                    tx,
                    Notifications.Level.ERROR,
                    "package-unfit:" + one.traveller().name(),
                    one.traveller().name() + " cannot travel: " + one.reason() + "; the others of its bundle go on",
                    "Look at this buffer's disk and at chasqui trace "
                            + one.traveller().name()
                            + "; nothing was deleted, its raw data files are kept until it is archived.");
        }
    }

    private static List<Long> copies(Unfit unfit, boolean gone) {
        return unfit.packages().stream()
                .filter(one -> one.gone() == gone && one.traveller().copyId() != null)
                .map(one -> one.traveller().copyId())
                .toList();
    }

    /** No package is left in the bundle. */
    static void cancelled(Handle tx, AssemblyTask task) {
        Subjects.DATA_TRANSFER_PACKAGE.change(tx, task.id(), WorkStatus.IN_PROGRESS, WorkStatus.CANCELLED);
        Uses.release(tx, UseBy.DATA_TRANSFER_PACKAGE, List.of(task.id()));
    }
}
