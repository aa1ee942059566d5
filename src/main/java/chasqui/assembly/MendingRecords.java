package chasqui.assembly;

import chasqui.catalogue.Copies;
import chasqui.catalogue.CopyOf;
import chasqui.catalogue.NewCopy;
import chasqui.catalogue.ReadMode;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.catalogue.Verifications;
import chasqui.notification.Notifications;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.Finished;
import chasqui.pipeline.OperationStore.NewOperation;
import chasqui.storage.Checksum;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.ReadBackResult;
import chasqui.storage.RelativePath;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What the database says about copies of transfer packages that went bad, and what mending them changes there. */
final class MendingRecords {
    private MendingRecords() {}

    /** A copy to be mended; the digest is what it must hold. */
    record BadCopy(
            long id, String name, long transferPackageId, RelativePath path, CopyState state, PackageDigest digest) {}

    /**
     * Locks copies under suspicion, and those that are bad and still to be sent from, whose packages lie beside them. One
     * whose mending failed for good is left to the human who was told of it.
     */
    static List<NewOperation> lockBad(Handle tx, int limit) {
        return tx.createQuery("""
                        SELECT m.data_transfer_package_id, m.data_location_id, p.priority
                          FROM mendable_transfer_package_copy m
                          JOIN physical_copy c ON c.id = m.physical_copy_id
                          JOIN data_transfer_package p ON p.id = m.data_transfer_package_id
                         WHERE (m.state = 'SUSPECT'
                                OR EXISTS (SELECT FROM data_transfer t WHERE t.data_transfer_package_id = p.id
                                              AND t.status NOT IN ('COMPLETED', 'CANCELLED')))
                           AND NOT EXISTS (SELECT FROM operation o WHERE o.subject_id = p.id AND o.type = :type
                                              AND o.data_location_id = m.data_location_id)
                         ORDER BY p.priority, c.id LIMIT :limit FOR UPDATE OF c SKIP LOCKED
                        """)
                .bind("type", AssemblyManager.TYPE.name())
                .bind("limit", limit)
                .map((row, context) -> new NewOperation(
                        row.getLong("data_transfer_package_id"),
                        row.getLong("data_location_id"),
                        row.getInt("priority")))
                .list();
    }

    /** The packages that a transfer package is to be built of again shall stay until then. */
    static void protectParts(Handle tx, List<NewOperation> bad) {
        Uses.add(
                tx,
                UseBy.DATA_TRANSFER_PACKAGE,
                tx.createQuery("""
                                SELECT r.data_transfer_package_id, c.id
                                  FROM unnest(:packages, :locations) AS w (package, location)
                                  JOIN raw_data_package r ON r.data_transfer_package_id = w.package
                                  JOIN physical_copy c ON c.raw_data_package_id = r.id AND c.data_location_id = w.location
                                """)
                        .bindArray(
                                "packages",
                                Long.class,
                                bad.stream().map(NewOperation::subjectId).toList())
                        .bindArray(
                                "locations",
                                Long.class,
                                bad.stream().map(NewOperation::dataLocationId).toList())
                        .map((row, context) ->
                                new Uses.Intent(row.getLong("data_transfer_package_id"), row.getLong("id")))
                        .list());
    }

    /** Whether the package was assembled before: what is to be done about it then is mending. */
    static boolean isAssembled(Handle db, long transferPackageId) {
        return db.createQuery("SELECT status = 'COMPLETED' FROM data_transfer_package WHERE id = :id")
                .bind("id", transferPackageId)
                .mapTo(Boolean.class)
                .one();
    }

    static Optional<BadCopy> badCopy(Handle db, long transferPackageId, long locationId) {
        return db.createQuery("""
                        SELECT c.id, p.name, c.path, c.state, p.size_bytes, p.xxh64
                          FROM physical_copy c JOIN data_transfer_package p ON p.id = c.data_transfer_package_id
                         WHERE p.id = :package AND c.data_location_id = :location
                           AND c.state IN ('SUSPECT', 'CORRUPT', 'MISSING')
                        """)
                .bind("package", transferPackageId)
                .bind("location", locationId)
                .map((row, context) -> new BadCopy(
                        row.getLong("id"),
                        row.getString("name"),
                        transferPackageId,
                        new RelativePath(row.getString("path")),
                        CopyState.valueOf(row.getString("state")),
                        new PackageDigest(row.getLong("size_bytes"), Checksum.parse(row.getString("xxh64")), null)))
                .findOne();
    }

    /** The second reading agreed with the first. */
    static void corrupt(Handle tx, Finished work, BadCopy copy, ReadBackResult found, String node) {
        Copies.change(tx, List.of(copy.id()), CopyState.SUSPECT, CopyState.CORRUPT);
        verified(tx, work, copy, found.mode(), found.xxHash64(), node);
    }

    static void missing(Handle tx, BadCopy copy) {
        Copies.change(tx, List.of(copy.id()), CopyState.SUSPECT, CopyState.MISSING);
    }

    /** The bytes are right, or right again. */
    static void present(Handle tx, Finished work, Mended mended) {
        BadCopy copy = mended.copy();
        FileFacts facts = mended.facts();
        Copies.addOrRenew(
                tx,
                new NewCopy(
                        CopyOf.DATA_TRANSFER_PACKAGE,
                        copy.transferPackageId(),
                        work.operation().dataLocationId(),
                        copy.path().encoded(),
                        CopyState.PRESENT,
                        copy.digest().sizeBytes(),
                        copy.digest().xxHash64().toString(),
                        facts.modified(),
                        facts.fileKey(),
                        true));
        verified(tx, work, copy, mended.readMode(), copy.digest().xxHash64(), mended.node());
        over(tx, copy.transferPackageId());
    }

    private static void verified(
            Handle tx, Finished work, BadCopy copy, ReadBackResult.Mode mode, Checksum found, String node) {
        Verifications.ofWork(
                tx,
                copy.id(),
                work,
                ReadMode.valueOf(mode.name()),
                copy.digest().xxHash64().toString(),
                found.toString(),
                node);
    }

    /** Its packages are not good either. */
    static void unfit(Handle tx, BadCopy copy, String location, Unfit unfit) {
        for (Unfit.One one : unfit.packages()) {
            if (one.traveller().copyId() != null) {
                CopyState now = one.gone() ? CopyState.MISSING : CopyState.SUSPECT;
                Copies.change(tx, List.of(one.traveller().copyId()), CopyState.PRESENT, now);
                Copies.change(tx, List.of(one.traveller().copyId()), CopyState.DELETION_POSSIBLE, now);
            }
        }
        over(tx, copy.transferPackageId());
        Notifications.raise(
                tx,
                Notifications.Level.ERROR,
                "transfer-package-bad:" + copy.name(),
                location + ": the copy of " + copy.name() + " is bad and cannot be built anew: " + unfit.getMessage(),
                "look at this disk; bring back a copy of each named package, from its raw data files or another site");
    }

    static void over(Handle tx, long transferPackageId) {
        Uses.release(tx, UseBy.DATA_TRANSFER_PACKAGE, List.of(transferPackageId));
    }
}
