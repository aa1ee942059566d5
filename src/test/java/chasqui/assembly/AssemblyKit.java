package chasqui.assembly;

import chasqui.pipeline.Lease;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestPackages;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Stage 2 on a real database and real disks, with real packages at the buffer of ccat. */
final class AssemblyKit implements AutoCloseable {
    static final String QUEUE = "ccat_buffer_data_transfer_package_creation";

    final TestDatabase database = new TestDatabase();
    final Locations locations = new Locations(database.jdbi());
    final OperationStore operations = TestKernel.of(database.jdbi(), new AssemblyEffects());
    final TestPackages packages = new TestPackages(database.jdbi());
    final Path buffer;

    AssemblyKit(Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        buffer = folder.resolve("ccat/buffer").toRealPath();
        Files.createDirectory(buffer.resolve(".chasqui"));
    }

    AssemblyManager manager(long targetSize) {
        return new AssemblyManager(database.jdbi(), locations, settings(targetSize));
    }

    AssemblyWorker worker() {
        return new AssemblyWorker(
                database.jdbi(), operations, locations, settings(1), NodeIdentity.starting("test-node"));
    }

    private static AssemblySettings settings(long targetSize) {
        return new AssemblySettings(targetSize, Duration.ofMinutes(15), 50, new StallLimit(Duration.ofMinutes(1)));
    }

    TestPackages.Packed packed(String observation) throws Exception {
        return packages.packed(
                observation,
                Map.of(observation + "/file", ("content of " + observation).getBytes(StandardCharsets.UTF_8)));
    }

    /** All packages have waited long enough. */
    void age() {
        database.execute("UPDATE raw_data_package SET packaged_at = packaged_at - interval '1 hour'");
    }

    Lease claimed() {
        age();
        manager(1_000_000_000L).findWork();
        return operations.claim(QUEUE).orElseThrow();
    }

    /** Rows only, at the buffer of ccat, for counting; nobody reads their bytes. */
    void rows(int count) {
        database.execute("""
                WITH unit AS (INSERT INTO executed_observation_unit (instrument_id, name)
                              SELECT id, 'rows ' || clock_timestamp() FROM instrument RETURNING id, instrument_id),
                p AS (INSERT INTO raw_data_package (name, executed_observation_unit_id, instrument_module_id, source_location_id,
                             buffer_location_id, status, file_count, content_bytes, size_bytes, xxh64, sha256, packaged_at)
                      SELECT 'rdp-rows-' || replace(gen_random_uuid()::text, '-', ''), unit.id, m.id, s.id, b.id, 'COMPLETED', 1,
                             100, 100, 'xxh64:0000000000000000', 'sha256:' || repeat('0', 64),
                             clock_timestamp() - interval '1 hour'
                        FROM unit JOIN instrument_module m USING (instrument_id)
                        JOIN data_location s ON s.location_type = 'SOURCE'
                        JOIN data_location b ON b.location_type = 'BUFFER' AND b.site_id = s.site_id
                       CROSS JOIN generate_series(1, %d) n
                      RETURNING id, name, buffer_location_id)
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, size_bytes, checksum)
                SELECT id, buffer_location_id, 'rdp/' || name || '.tar', 100, 'xxh64:0000000000000000' FROM p
                """.formatted(count));
    }

    @Override
    public void close() {
        database.close();
    }
}
