package chasqui.testing;

import chasqui.catalogue.Copies;
import chasqui.catalogue.CopyOf;
import chasqui.catalogue.NewCopy;
import chasqui.catalogue.ReadMode;
import chasqui.catalogue.Verifications;
import chasqui.pipeline.CopyState;
import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.Fingerprint;
import chasqui.storage.PackageDigest;
import chasqui.storage.PackageEntry;
import chasqui.storage.PackageWriter;
import chasqui.storage.Progress;
import chasqui.storage.RelativePath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Real packages on the disks of {@link TestTopology}, with the rows that the earlier stages would have left: filed and
 * packed at ccat, sent, archived. What a test does not ask for does not exist.
 */
public final class TestPackages {
    private final Jdbi database;
    private final AtomicInteger number = new AtomicInteger();

    public TestPackages(Jdbi database) {
        this.database = database;
    }

    /**
     * A package and where its files came from.
     *
     * @param tar its copy at the buffer of ccat
     * @param files the raw data files at the source, in order of path
     */
    public record Packed(long id, String name, Path tar, PackageDigest digest, List<Path> files, long bufferCopy) {}

    /** Writes files at the source of ccat, files them, packs them into ccat's buffer: WAITING, nothing archived. */
    public Packed packed(String observation, Map<String, byte[]> contents) throws Exception {
        Path source = root("ccat/telescope_computer");
        Map<Path, String> paths = new java.util.TreeMap<>();
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            Path at = new RelativePath(file.getKey()).under(source);
            Files.createDirectories(at.getParent());
            paths.put(Files.write(at, file.getValue()), file.getKey());
        }
        return packedFromDisk(observation, new ArrayList<>(paths.keySet()));
    }

    /** The same for files that stand at the source already; targets of symbolic links are plain ASCII. */
    public Packed packedFromDisk(String observation, List<Path> files) throws Exception {
        Path source = root("ccat/telescope_computer");
        List<PackageEntry> entries = new ArrayList<>();
        long bytes = 0;
        for (Path file : files) {
            FileFacts facts = FileFacts.of(file);
            Fingerprint print = Fingerprint.take(file, Progress.NONE);
            String target = facts.kind() == FileFacts.Kind.SYMLINK
                    ? Files.readSymbolicLink(file).toString()
                    : null;
            entries.add(new PackageEntry(
                    RelativePath.of(source, file),
                    facts.kind(),
                    print.sizeBytes(),
                    facts.modified(),
                    print.xxHash64(),
                    print.sha256(),
                    file,
                    target));
            bytes += print.sizeBytes();
        }
        String name = "rdp-camera-%s-%012x".formatted(observation, number.incrementAndGet());
        Path tar = root("ccat/buffer").resolve("rdp").resolve(name + ".tar");
        Files.createDirectories(tar.getParent());
        PackageDigest digest = PackageWriter.write(entries, Map.of("observation", observation), tar, Progress.NONE);
        long content = bytes;
        long id = database.inTransaction(tx -> {
            long rdp = insertPackage(tx, observation, name, digest, entries.size(), content);
            for (PackageEntry entry : entries) {
                insertFile(tx, rdp, entry);
            }
            return rdp;
        });
        long copy = copy(CopyOf.RAW_DATA_PACKAGE, id, "ccat/buffer", "rdp/" + name + ".tar", digest, CopyState.PRESENT);
        return new Packed(id, name, tar, digest, files, copy);
    }

    /**
     * A transfer package of one package: a second name of the same file at ccat's buffer, with its transfers, the first
     * site's being the primary one, all of them completed.
     */
    public long sent(Packed packed, String... destinationSites) throws Exception {
        String name = "dtp-ccat-%012x".formatted(number.incrementAndGet());
        Path tar = root("ccat/buffer").resolve("dtp").resolve(name + ".tar");
        Files.createDirectories(tar.getParent());
        Files.createLink(tar, packed.tar());
        long dtp = database.inTransaction(tx -> {
            long id = tx.createQuery("""
                            INSERT INTO data_transfer_package (name, buffer_location_id, instrument_id, primary_site_id, status, package_count,
                                                               content_bytes, size_bytes, xxh64, assembled_at)
                            SELECT :name, :buffer, (SELECT min(id) FROM instrument), (SELECT id FROM site WHERE short_name = :primary), 'COMPLETED', 1,
                                   :size, :size, :xxh64, clock_timestamp()
                            RETURNING id
                            """)
                    .bind("name", name)
                    .bind("buffer", location(tx, "ccat/buffer"))
                    .bind("primary", destinationSites[0])
                    .bind("size", packed.digest().sizeBytes())
                    .bind("xxh64", packed.digest().xxHash64().toString())
                    .mapTo(Long.class)
                    .one();
            tx.createUpdate(
                            "UPDATE raw_data_package SET data_transfer_package_id = :dtp, state = 'TRANSFERRING' WHERE id = :id")
                    .bind("dtp", id)
                    .bind("id", packed.id())
                    .execute();
            for (int i = 0; i < destinationSites.length; i++) {
                tx.createUpdate("""
                                INSERT INTO data_transfer (data_transfer_package_id, destination_site_id, is_primary, status,
                                                           origin_location_id, completed_at)
                                SELECT :dtp, id, :primary, 'COMPLETED', :origin, clock_timestamp() FROM site WHERE short_name = :site
                                """)
                        .bind("dtp", id)
                        .bind("primary", i == 0)
                        .bind("origin", location(tx, "ccat/buffer"))
                        .bind("site", destinationSites[i])
                        .execute();
            }
            return id;
        });
        copy(
                CopyOf.DATA_TRANSFER_PACKAGE,
                dtp,
                "ccat/buffer",
                "dtp/" + name + ".tar",
                packed.digest(),
                CopyState.PRESENT);
        return dtp;
    }

    /** A copy in a disk archive, verified past the cache just now; the package is ARCHIVED from then on. */
    public long archived(Packed packed, String archive) throws Exception {
        String path = "camera/2026/01/" + packed.name() + ".tar";
        Path tar = root(archive).resolve(path);
        Files.createDirectories(tar.getParent());
        Files.createDirectories(root(archive).resolve(DurableFiles.OWN_FOLDER));
        Files.copy(packed.tar(), tar);
        long copy = copy(CopyOf.RAW_DATA_PACKAGE, packed.id(), archive, path, packed.digest(), CopyState.PRESENT);
        String sha256 = packed.digest().sha256().toString();
        database.useTransaction(tx -> {
            Verifications.record(tx, copy, null, ReadMode.DIRECT, sha256, sha256, "test");
            tx.createUpdate("""
                            UPDATE raw_data_package SET state = 'ARCHIVED', archived_at = coalesce(archived_at, clock_timestamp())
                             WHERE id = :id
                            """).bind("id", packed.id()).execute();
        });
        return copy;
    }

    /** Registers a copy of a package that stands on a disk. */
    public long copy(CopyOf of, long subject, String at, String path, PackageDigest digest, CopyState state)
            throws Exception {
        FileFacts facts = FileFacts.of(root(at).resolve(path));
        return database.inTransaction(tx -> Copies.add(
                tx,
                new NewCopy(
                        of,
                        subject,
                        location(tx, at),
                        path,
                        state,
                        digest.sizeBytes(),
                        digest.xxHash64().toString(),
                        facts.modified(),
                        facts.fileKey(),
                        true)));
    }

    /** Id of the location {@code site/name}. */
    public long location(String label) {
        return database.withHandle(db -> location(db, label));
    }

    /** Root of the disk location {@code site/name}. */
    public Path root(String label) {
        return database.withHandle(db -> db.createQuery("SELECT root FROM data_location WHERE id = :id")
                .bind("id", location(db, label))
                .mapTo(String.class)
                .map(Path::of)
                .one());
    }

    private static long location(Handle db, String label) {
        return db.createQuery("""
                        SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                         WHERE s.short_name || '/' || l.name = :label
                        """).bind("label", label).mapTo(Long.class).one();
    }

    private static long insertPackage(
            Handle tx, String observation, String name, PackageDigest digest, int files, long bytes) {
        return tx.createQuery("""
                        WITH module AS (SELECT m.id, m.instrument_id FROM instrument_module m JOIN instrument i ON i.id = m.instrument_id
                                         WHERE i.name = 'camera' AND m.name = 'm1'),
                        unit AS (INSERT INTO executed_observation_unit (instrument_id, name, finished_at)
                                 SELECT instrument_id, :observation, clock_timestamp() FROM module
                                 ON CONFLICT (instrument_id, name) DO UPDATE SET name = excluded.name RETURNING id)
                        INSERT INTO raw_data_package (name, executed_observation_unit_id, instrument_module_id, source_location_id,
                                                      buffer_location_id, status, file_count, content_bytes, size_bytes, xxh64, sha256,
                                                      packaged_at)
                        SELECT :name, unit.id, module.id, :source, :buffer, 'COMPLETED', :files, :bytes, :size, :xxh64, :sha256,
                               clock_timestamp()
                          FROM unit, module
                        RETURNING id
                        """)
                .bind("observation", observation)
                .bind("name", name)
                .bind("source", location(tx, "ccat/telescope_computer"))
                .bind("buffer", location(tx, "ccat/buffer"))
                .bind("files", files)
                .bind("bytes", bytes)
                .bind("size", digest.sizeBytes())
                .bind("xxh64", digest.xxHash64().toString())
                .bind("sha256", digest.sha256().toString())
                .mapTo(Long.class)
                .one();
    }

    private static void insertFile(Handle tx, long rdp, PackageEntry entry) throws Exception {
        FileFacts facts = FileFacts.of(entry.source());
        long file = tx.createQuery("""
                        INSERT INTO raw_data_file (uuid, executed_observation_unit_id, instrument_module_id, source_location_id, path,
                                                   readable_path, kind, link_target, size_bytes, modified_at, modified_nanos, file_key,
                                                   xxh64, sha256, raw_data_package_id)
                        SELECT :uuid, executed_observation_unit_id, instrument_module_id, source_location_id, :path,
                               :readable, :kind, :target, :size, :modified, :nanos, :key, :xxh64, :sha256, id
                          FROM raw_data_package WHERE id = :rdp
                        RETURNING id
                        """)
                .bind("uuid", UUID.randomUUID())
                .bind("path", entry.path().encoded())
                .bind("readable", entry.path().readable())
                .bind("kind", entry.kind().name())
                .bind("target", entry.linkTargetEncoded())
                .bind("size", entry.sizeBytes())
                .bind("modified", facts.modified().atOffset(ZoneOffset.UTC))
                .bind("nanos", facts.modified().getNano())
                .bind("key", facts.fileKey())
                .bind("xxh64", entry.xxHash64().toString())
                .bind("sha256", entry.sha256().toString())
                .bind("rdp", rdp)
                .mapTo(Long.class)
                .one();
        Copies.add(
                tx,
                new NewCopy(
                        CopyOf.RAW_DATA_FILE,
                        file,
                        location(tx, "ccat/telescope_computer"),
                        entry.path().encoded(),
                        CopyState.PRESENT,
                        entry.sizeBytes(),
                        entry.xxHash64().toString(),
                        facts.modified(),
                        facts.fileKey(),
                        false));
    }
}
