package chasqui.packaging;

import chasqui.filing.Filing;
import chasqui.filing.FilingReport;
import chasqui.filing.FilingRequest;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.storage.Progress;
import chasqui.storage.RelativePath;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Stage 1 on a real database and real disks, fed by real filing. */
final class PackagingKit implements AutoCloseable {
    static final String QUEUE = "ccat_telescope_computer_raw_data_package_creation";

    final TestDatabase database = new TestDatabase();
    final Locations locations = new Locations(database.jdbi());
    final Filing filing = new Filing(database.jdbi(), locations);
    final OperationStore operations = TestKernel.of(database.jdbi(), new PackagingEffects());
    final Path source;
    final Path buffer;

    PackagingKit(Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        source = folder.resolve("ccat/telescope_computer").toRealPath();
        buffer = folder.resolve("ccat/buffer").toRealPath();
    }

    PackagingManager manager(long sizeCap) {
        return new PackagingManager(database.jdbi(), settings(sizeCap));
    }

    private static PackagingSettings settings(long sizeCap) {
        return new PackagingSettings(
                Duration.ofMinutes(5), Duration.ofMinutes(30), sizeCap, 3, new StallLimit(Duration.ofMinutes(1)));
    }

    PackagingWorker worker() {
        return new PackagingWorker(
                database.jdbi(),
                operations,
                locations,
                settings(50_000_000_000L),
                new Packer("test-node", "chasqui test"));
    }

    Path write(String encoded, String content) throws Exception {
        Path file = new RelativePath(encoded).under(source);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    FilingReport file(String observation, boolean finished) {
        return filing.file(new FilingRequest(source, "camera", null, observation, finished), Progress.NONE);
    }

    /** Makes what was filed look older. */
    void age(String file, Duration by) {
        database.execute("UPDATE raw_data_file SET filed_at = filed_at - make_interval(secs => " + by.toSeconds()
                + ") WHERE path = '" + file + "'");
    }

    /** Finds the work and claims it. */
    Lease claimed() {
        manager(50_000_000_000L).findWork();
        return operations.claim(QUEUE).orElseThrow();
    }

    /** The only package's file at the buffer. */
    Path packed() {
        return buffer.resolve(database.value(
                "SELECT path FROM physical_copy WHERE raw_data_package_id IS NOT NULL AND state = 'PRESENT'"));
    }

    @Override
    public void close() {
        database.close();
    }
}
