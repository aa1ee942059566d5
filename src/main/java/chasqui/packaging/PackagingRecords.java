package chasqui.packaging;

import chasqui.catalogue.Copies;
import chasqui.catalogue.CopyOf;
import chasqui.catalogue.NewCopy;
import chasqui.catalogue.ReadMode;
import chasqui.catalogue.Subjects;
import chasqui.catalogue.Verifications;
import chasqui.notification.Notifications;
import chasqui.notification.OtherBytes;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.Finished;
import chasqui.pipeline.WorkStatus;
import chasqui.storage.Checksum;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageDigest;
import chasqui.storage.PackageEntry;
import chasqui.storage.RelativePath;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** What the worker of stage 1 reads and writes. */
final class PackagingRecords {
    private final Packer packer;

    PackagingRecords(Packer packer) {
        this.packer = packer;
    }

    /** A file that cannot be packed, and what is to stand in its row. */
    record Refused(PackedFile file, String problem) {}

    /** @param sourceRoot where the files are to be read */
    PackagingTask task(Handle db, long packageId, Path sourceRoot) {
        List<PackedFile> files = db.createQuery("""
                        SELECT id, path, kind, link_target, size_bytes, file_key, xxh64, sha256, modified_nanos,
                               extract(epoch FROM date_trunc('second', modified_at))::bigint AS seconds
                          FROM raw_data_file WHERE raw_data_package_id = :id
                        """)
                .bind("id", packageId)
                .map((row, context) -> file(row, sourceRoot))
                .list();
        return db.createQuery("""
                        SELECT p.uuid, p.name, p.created_at, p.source_location_id, p.buffer_location_id,
                               s.short_name AS site, i.name AS instrument, i.observatory, i.telescope, m.name AS module,
                               u.name AS observation, u.program, u.target,
                               EXISTS (SELECT FROM physical_copy c WHERE c.data_location_id = p.buffer_location_id) AS used
                          FROM raw_data_package p
                          JOIN executed_observation_unit u ON u.id = p.executed_observation_unit_id
                          JOIN instrument_module m ON m.id = p.instrument_module_id
                          JOIN instrument i ON i.id = m.instrument_id
                          JOIN data_location l ON l.id = p.source_location_id
                          JOIN site s ON s.id = l.site_id
                         WHERE p.id = :id
                        """)
                .bind("id", packageId)
                .map((row, context) -> new PackagingTask(
                        packageId,
                        row.getString("name"),
                        row.getLong("source_location_id"),
                        row.getLong("buffer_location_id"),
                        row.getBoolean("used"),
                        facts(row),
                        files))
                .one();
    }

    private static PackedFile file(ResultSet row, Path sourceRoot) throws SQLException {
        RelativePath path = new RelativePath(row.getString("path"));
        return new PackedFile(
                row.getLong("id"),
                new PackageEntry(
                        path,
                        FileFacts.Kind.valueOf(row.getString("kind")),
                        row.getLong("size_bytes"),
                        Instant.ofEpochSecond(row.getLong("seconds"), row.getInt("modified_nanos")),
                        Checksum.parse(row.getString("xxh64")),
                        Checksum.parse(row.getString("sha256")),
                        path.under(sourceRoot),
                        row.getString("link_target")),
                row.getString("file_key"));
    }

    /** Nothing that differs between two attempts: equal packages have equal bytes. */
    private Map<String, String> facts(ResultSet row) throws SQLException {
        Map<String, String> facts = new HashMap<>();
        facts.put("package", row.getString("name"));
        facts.put("uuid", row.getObject("uuid", UUID.class).toString());
        facts.put("created", row.getTimestamp("created_at").toInstant().toString());
        facts.put("software", packer.software());
        for (String column : List.of(
                "site", "observatory", "telescope", "instrument", "module", "observation", "program", "target")) {
            if (row.getString(column) != null) {
                facts.put(column, row.getString(column));
            }
        }
        return facts;
    }

    static boolean wasUsed(Handle db, long locationId) {
        return db.createQuery("SELECT EXISTS (SELECT FROM physical_copy WHERE data_location_id = :id)")
                .bind("id", locationId)
                .mapTo(Boolean.class)
                .one();
    }

    static void goesTo(Handle tx, PackagingTask task) {
        tx.createUpdate("UPDATE raw_data_package SET buffer_location_id = :buffer WHERE id = :id")
                .bind("buffer", task.bufferId())
                .bind("id", task.packageId())
                .execute();
    }

    /** The package is at its buffer, read back. */
    static void completed(Handle tx, Finished work, Packed packed) {
        long packageId = work.subjectId();
        PackageDigest digest = packed.digest();
        tx.createUpdate("""
                        UPDATE raw_data_package
                           SET size_bytes = :size, xxh64 = :xxh64, sha256 = :sha256, packaged_at = clock_timestamp()
                         WHERE id = :id
                        """)
                .bind("size", digest.sizeBytes())
                .bind("xxh64", digest.xxHash64().toString())
                .bind("sha256", digest.sha256().toString())
                .bind("id", packageId)
                .execute();
        Subjects.RAW_DATA_PACKAGE.change(tx, packageId, WorkStatus.IN_PROGRESS, WorkStatus.COMPLETED);
        String checksum = digest.xxHash64().toString();
        long copy = Copies.add(
                tx,
                new NewCopy(
                        CopyOf.RAW_DATA_PACKAGE,
                        packageId,
                        packed.at().bufferId(),
                        packed.at().path().encoded(),
                        CopyState.PRESENT,
                        digest.sizeBytes(),
                        checksum,
                        packed.facts().modified(),
                        packed.facts().fileKey(),
                        true));
        Verifications.ofWork(
                tx, copy, work, ReadMode.valueOf(packed.readMode().name()), checksum, checksum, packed.node());
        OtherBytes.tell(tx, packed.at().buffer(), packed.at().path().readable(), packed.aside());
    }

    /** Takes files out of the package; their registration stays, with the reason, and their copies count as missing. */
    static void refuse(Handle tx, PackagingTask task, List<Refused> refused, List<PackedFile> left) {
        List<Long> ids = refused.stream().map(r -> r.file().id()).toList();
        tx.createUpdate("""
                        UPDATE raw_data_file f SET raw_data_package_id = NULL, problem = w.problem
                          FROM unnest(:ids, :problems) AS w (id, problem)
                         WHERE f.id = w.id AND f.raw_data_package_id = :package
                        """)
                .bindArray("ids", Long.class, ids)
                .bindArray(
                        "problems",
                        String.class,
                        refused.stream().map(Refused::problem).toList())
                .bind("package", task.packageId())
                .execute();
        List<Long> copies = tx.createQuery(
                        "SELECT id FROM physical_copy WHERE raw_data_file_id = ANY (:ids) AND state = 'PRESENT'")
                .bindArray("ids", Long.class, ids)
                .mapTo(Long.class)
                .list();
        Copies.change(tx, copies, CopyState.PRESENT, CopyState.MISSING);
        if (!left.isEmpty()) {
            tx.createUpdate("UPDATE raw_data_package SET file_count = :count, content_bytes = :bytes WHERE id = :id")
                    .bind("count", left.size())
                    .bind("bytes", task.with(left).contentBytes())
                    .bind("id", task.packageId())
                    .execute();
        }
    }

    /** @param refused all files that this attempt has taken out */
    static void tell(Handle tx, PackagingTask task, List<Refused> refused) {
        Notifications.raise(
                tx,
                Notifications.Level.WARNING,
                "files-refused:" + task.sourceId(),
                task.name() + ": " + refused.size() + " files cannot be packed and were left out: "
                        + refused.stream()
                                .limit(5)
                                .map(r -> r.file().entry().path().readable() + ": " + r.problem())
                                .collect(Collectors.joining("; "))
                        + (refused.size() > 5 ? "; and " + (refused.size() - 5) + " more" : ""),
                "Put right what is named, then file these files again; the others go on.");
    }

    /** No file was left to pack. */
    static void cancelled(Handle tx, PackagingTask task) {
        Subjects.RAW_DATA_PACKAGE.change(tx, task.packageId(), WorkStatus.IN_PROGRESS, WorkStatus.CANCELLED);
    }
}
