package chasqui.testing;

import chasqui.catalogue.Copies;
import chasqui.catalogue.CopyOf;
import chasqui.catalogue.NewCopy;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.CopyState;
import chasqui.storage.FileFacts;
import chasqui.storage.Fingerprint;
import chasqui.storage.PackageDigest;
import chasqui.storage.PackageEntry;
import chasqui.storage.PackageWriter;
import chasqui.storage.Progress;
import chasqui.storage.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Packages in the middle of their way, on a {@link TestTopology}: real files and archives, and the rows that the stages
 * before would have written.
 */
public final class TestTransfers {
    private final Jdbi database;
    private final Random random = new Random(20260101);
    private int number;

    public TestTransfers(Jdbi database) {
        this.database = database;
    }

    /** A raw data package at a buffer; its copy is PRESENT there. */
    public record Buffered(long id, String name, PackageDigest digest, Path file, long copyId) {}

    /** A transfer package at a buffer, with its transfers. */
    public record Assembled(long id, String name, PackageDigest digest, Path file, long copyId, List<Long> transfers) {}

    /** A raw data package with files of these sizes, filed and packaged at ccat, buffered at the given site. */
    public Buffered buffered(String site, int... sizes) throws IOException {
        int n = ++number;
        Path source = root("ccat", "telescope_computer");
        String unit = "unit " + n;
        List<PackageEntry> entries = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            byte[] content = new byte[sizes[i]];
            random.nextBytes(content);
            String name = i == 0 ? "with%20space%FF-" + n : "file-" + i + ".fits";
            RelativePath path = new RelativePath("night" + n + "/" + name);
            Path file = path.under(source);
            Files.createDirectories(file.getParent());
            Files.write(file, content);
            entries.add(PackageEntry.ofFile(
                    path, FileFacts.of(file).modified(), Fingerprint.take(file, Progress.NONE), file));
        }
        String name = "rdp-camera-unit-%012x".formatted(n);
        Path buffer = root(site, "buffer");
        Path file = Files.createDirectories(buffer.resolve("rdp")).resolve(name + ".tar");
        Files.createDirectories(buffer.resolve(".chasqui/tmp"));
        PackageDigest digest = PackageWriter.write(entries, Map.of("unit", unit), file, Progress.NONE);
        return database.inTransaction(tx -> {
            long id = insertPackage(tx, name, unit, site, entries, digest);
            long copy = copy(tx, CopyOf.RAW_DATA_PACKAGE, id, site, "rdp/" + name + ".tar", file, digest);
            return new Buffered(id, name, digest, file, copy);
        });
    }

    /**
     * A transfer package of these packages at ccat's buffer, to go to the primary site first and then to the others.
     *
     * @param sites primary first
     */
    public Assembled assembled(List<Buffered> packages, String... sites) throws IOException {
        String name = "dtp-ccat-%012x".formatted(++number);
        Path buffer = root("ccat", "buffer");
        Path file = Files.createDirectories(buffer.resolve("dtp")).resolve(name + ".tar");
        PackageDigest digest;
        if (packages.size() == 1) {
            Files.createLink(file, packages.get(0).file());
            digest = packages.get(0).digest();
        } else {
            List<PackageEntry> entries = new ArrayList<>();
            for (Buffered one : packages) {
                entries.add(PackageEntry.ofFile(
                        RelativePath.ofText(one.name() + ".tar"),
                        FileFacts.of(one.file()).modified(),
                        Fingerprint.take(one.file(), Progress.NONE),
                        one.file()));
            }
            digest = PackageWriter.write(entries, Map.of(), file, Progress.NONE);
        }
        return database.inTransaction(tx -> {
            long id = insertTransferPackage(tx, name, packages, digest, sites[0]);
            long copy = copy(tx, CopyOf.DATA_TRANSFER_PACKAGE, id, "ccat", "dtp/" + name + ".tar", file, digest);
            List<Long> transfers = new ArrayList<>();
            for (String site : sites) {
                boolean primary = site.equals(sites[0]);
                transfers.add(tx.createQuery("""
                                INSERT INTO data_transfer (data_transfer_package_id, destination_site_id, is_primary,
                                            origin_location_id, waits_for)
                                SELECT :package, s.id, :primary, CASE WHEN :primary THEN :origin END,
                                       CASE WHEN :primary THEN NULL ELSE 'primary transfer' END
                                  FROM site s WHERE s.short_name = :site RETURNING id
                                """)
                        .bind("package", id)
                        .bind("primary", primary)
                        .bind("origin", location(tx, "ccat", "buffer"))
                        .bind("site", site)
                        .mapTo(Long.class)
                        .one());
            }
            Uses.add(
                    tx,
                    UseBy.DATA_TRANSFER,
                    transfers.stream().map(t -> new Uses.Intent(t, copy)).toList());
            return new Assembled(id, name, digest, file, copy, List.copyOf(transfers));
        });
    }

    private static long insertPackage(
            Handle tx, String name, String unit, String site, List<PackageEntry> entries, PackageDigest digest) {
        long unitId = tx.createQuery("""
                        INSERT INTO executed_observation_unit (instrument_id, name, program, target, right_ascension_deg,
                                    declination_deg, started_at, ended_at, finished_at)
                        SELECT id, :name, 'survey-1', 'Orion KL', 83.809, -5.372, '2026-01-01 00:00:00+00',
                               '2026-01-01 12:00:00+00', clock_timestamp()
                          FROM instrument WHERE name = 'camera' RETURNING id
                        """).bind("name", unit).mapTo(Long.class).one();
        long id = tx.createQuery("""
                        INSERT INTO raw_data_package (name, executed_observation_unit_id, instrument_module_id,
                                    source_location_id, buffer_location_id, status, state, file_count, content_bytes,
                                    size_bytes, xxh64, sha256, packaged_at)
                        SELECT :name, :unit, m.id, :source, :buffer, 'COMPLETED', 'WAITING', :files, :content,
                               :size, :xxh64, :sha256, clock_timestamp()
                          FROM instrument_module m RETURNING id
                        """)
                .bind("name", name)
                .bind("unit", unitId)
                .bind("source", location(tx, "ccat", "telescope_computer"))
                .bind("buffer", location(tx, site, "buffer"))
                .bind("files", entries.size())
                .bind(
                        "content",
                        entries.stream().mapToLong(PackageEntry::sizeBytes).sum())
                .bind("size", digest.sizeBytes())
                .bind("xxh64", digest.xxHash64().toString())
                .bind("sha256", digest.sha256().toString())
                .mapTo(Long.class)
                .one();
        for (PackageEntry entry : entries) {
            tx.createUpdate("""
                            INSERT INTO raw_data_file (uuid, executed_observation_unit_id, instrument_module_id,
                                        source_location_id, path, readable_path, size_bytes, modified_at, modified_nanos,
                                        file_key, xxh64, sha256, raw_data_package_id)
                            SELECT :uuid, executed_observation_unit_id, instrument_module_id, source_location_id, :path,
                                   :readable, :size, :modified, :nanos, '0:0', :xxh64, :sha256, id
                              FROM raw_data_package WHERE id = :package
                            """)
                    .bind("uuid", UUID.randomUUID())
                    .bind("path", entry.path().encoded())
                    .bind("readable", entry.path().readable())
                    .bind("size", entry.sizeBytes())
                    .bind("modified", entry.modified())
                    .bind("nanos", entry.modified().getNano())
                    .bind("xxh64", entry.xxHash64().toString())
                    .bind("sha256", entry.sha256().toString())
                    .bind("package", id)
                    .execute();
        }
        return id;
    }

    private static long insertTransferPackage(
            Handle tx, String name, List<Buffered> packages, PackageDigest digest, String primarySite) {
        long id = tx.createQuery("""
                        INSERT INTO data_transfer_package (name, buffer_location_id, instrument_id, primary_site_id, status,
                                    package_count, content_bytes, size_bytes, xxh64, assembled_at)
                        SELECT :name, :buffer, (SELECT id FROM instrument WHERE name = 'camera'), s.id, 'COMPLETED', :count, :content, :size, :xxh64, clock_timestamp()
                          FROM site s WHERE s.short_name = :primary RETURNING id
                        """)
                .bind("name", name)
                .bind("buffer", location(tx, "ccat", "buffer"))
                .bind("primary", primarySite)
                .bind("count", packages.size())
                .bind("content", digest.sizeBytes())
                .bind("size", digest.sizeBytes())
                .bind("xxh64", digest.xxHash64().toString())
                .mapTo(Long.class)
                .one();
        tx.createUpdate("""
                        UPDATE raw_data_package SET data_transfer_package_id = :id, state = 'TRANSFERRING'
                         WHERE id = ANY (:packages)
                        """)
                .bind("id", id)
                .bindArray(
                        "packages",
                        Long.class,
                        packages.stream().map(Buffered::id).toList())
                .execute();
        return id;
    }

    private static long copy(
            Handle tx, CopyOf of, long subject, String site, String path, Path file, PackageDigest digest)
            throws IOException {
        FileFacts facts = FileFacts.of(file);
        return Copies.add(
                tx,
                new NewCopy(
                        of,
                        subject,
                        location(tx, site, "buffer"),
                        path,
                        CopyState.PRESENT,
                        digest.sizeBytes(),
                        digest.xxHash64().toString(),
                        facts.modified(),
                        facts.fileKey(),
                        true));
    }

    private static long location(Handle tx, String site, String name) {
        return tx.createQuery("""
                        SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                         WHERE s.short_name = :site AND l.name = :name
                        """)
                .bind("site", site)
                .bind("name", name)
                .mapTo(Long.class)
                .one();
    }

    /** Folder of a location. */
    public Path root(String site, String name) {
        String root = database.withHandle(db -> db.createQuery("SELECT root FROM data_location WHERE id = :id")
                .bind("id", location(db, site, name))
                .mapTo(String.class)
                .one());
        return Path.of(root);
    }
}
