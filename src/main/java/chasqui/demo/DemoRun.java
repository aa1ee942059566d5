package chasqui.demo;

import chasqui.runtime.Foundation;
import chasqui.runtime.OwnGround;
import chasqui.runtime.Service;
import chasqui.runtime.Surrounding;
import chasqui.settings.Settings;
import chasqui.storage.Progress;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import chasqui.topology.Locations;
import chasqui.topology.TopologyUpdate;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** One demo from its start to its table. */
public final class DemoRun {
    /** A package lies at its source, in two buffers, in two archives and staged while another is on its way. */
    private static final int COPIES_AT_ONCE = 7;

    private static final int PROBE_BYTES = 8192;
    private static final double MIB = 1024.0 * 1024.0;

    private final Foundation foundation;
    private final Settings settings;
    private final PrintStream out;
    private final PrintStream err;

    public DemoRun(Foundation foundation, Settings settings, PrintStream out, PrintStream err) {
        this.foundation = foundation;
        this.settings = settings;
        this.out = out;
        this.err = err;
    }

    /** Settings that make minutes of seconds; the rules stay the same. */
    public static Map<String, String> settings() {
        return Map.ofEntries(
                Map.entry("chasqui.manager.interval", "400ms"),
                Map.entry("chasqui.worker.look", "1s"),
                Map.entry("chasqui.monitor.interval", "5s"),
                Map.entry("chasqui.park.first", "3s"),
                Map.entry("chasqui.park.longest", "10s"),
                Map.entry("chasqui.retry.first", "1s"),
                Map.entry("chasqui.management.port", "0"),
                Map.entry("chasqui.node.roles", "manager,worker,monitor"),
                Map.entry("chasqui.packaging.size-cap", "24MiB"),
                Map.entry("chasqui.assembly.target-size", "48MiB"),
                Map.entry("chasqui.assembly.max-wait", "2s"),
                Map.entry("chasqui.deletion.retention.source", "0s"),
                Map.entry("chasqui.deletion.retention.processing", "1h"));
    }

    /**
     * Lays the ground: topology, folders, bucket.
     *
     * @return the topology file
     */
    public Path prepare() throws IOException {
        Path topology = Path.of(System.getProperty("chasqui.root", "")).resolve("deploy/topology/three-sites.yaml");
        new TopologyUpdate(foundation.database().jdbi(), Surrounding.of(foundation.home(), settings))
                .apply(topology, "demo");
        OwnGround.prepare(foundation);
        acceptWhatTheDiskCanDo();
        return topology;
    }

    /** Where the home cannot be read past the page cache, no deletion would ever be proven: the demo then accepts less. */
    private void acceptWhatTheDiskCanDo() throws IOException {
        Path probe = Files.createTempFile(foundation.home().root(), "probe", ".bin");
        try {
            Files.write(probe, new byte[PROBE_BYTES]);
            if (ReadBack.read(probe, false, Progress.NONE).mode() == ReadBackResult.Mode.CACHED) {
                foundation
                        .database()
                        .jdbi()
                        .useHandle(
                                db -> db.execute(
                                        "UPDATE data_location SET accept_cached_verification = true WHERE storage_type = 'DISK'"));
                out.println("this file system cannot be read past the page cache: verifications through it count here");
            }
        } finally {
            Files.delete(probe);
        }
    }

    /**
     * Runs the demo.
     *
     * @param topology topology file
     * @param input folder of real files, or null for a made-up night
     * @param report where to write the JSON report, or null
     * @return whether every file that was taken has passed every stage
     */
    public boolean run(Service service, Path topology, Path input, Path report)
            throws IOException, InterruptedException {
        Locations locations = new Locations(foundation.database().jdbi());
        locations.refresh();
        List<DemoInput.Observation> observations = input == null
                ? DemoInput.ofNight(origins(locations))
                : DemoInput.ofTree(input, origins(locations).get(0));
        DemoInput.Size size = DemoInput.measure(observations);
        if (size.files() == 0
                && observations.stream().allMatch(o -> o.problems().isEmpty())) {
            err.println("there are no files below " + input + "; give a folder that has some");
            return false;
        }
        refuseWhenTooLarge(size);
        out.printf(
                Locale.ROOT,
                "%d files, %.1f MiB, %d observation%s; topology %s%n",
                size.files(),
                size.bytes() / MIB,
                observations.size(),
                observations.size() == 1 ? "" : "s",
                topology.getFileName());
        DemoResult result;
        Demo demo;
        try (Display display = Display.forThisOutput()) {
            demo = new Demo(foundation, service, locations, display);
            for (DemoInput.Observation observation : observations) {
                demo.file(observation, size);
            }
            result = demo.result(demo.watch());
        }
        if (report != null) {
            demo.write(report, result);
            out.println("report: " + report.toAbsolutePath());
        }
        new DemoTable(out, err).print(result);
        explain(result);
        if (result.last().filed().files() == 0) {
            err.println("not one file could be taken; what stands in the way is named above");
        }
        return result.complete() && result.last().filed().files() > 0;
    }

    private List<String> buckets() {
        return new Locations(foundation.database().jdbi())
                .refresh().locations().stream()
                        .filter(location -> location.bucket() != null && location.active())
                        .map(location -> location.bucket().bucket())
                        .distinct()
                        .toList();
    }

    private void refuseWhenTooLarge(DemoInput.Size size) throws IOException {
        FileStore store = Files.getFileStore(foundation.home().root());
        if (store.getUsableSpace() < size.bytes() * COPIES_AT_ONCE) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "the demo keeps up to %d copies of its input: %.0f MiB are needed at %s, %.0f MiB are free; free space or give --home on another disk",
                    COPIES_AT_ONCE,
                    size.bytes() * COPIES_AT_ONCE / MIB,
                    foundation.home().root(),
                    store.getUsableSpace() / MIB));
        }
    }

    /** One origin for each instrument that has a source: the first module, the first source of its site named after it, or the first. */
    private List<DemoInput.Origin> origins(Locations locations) {
        List<DataLocation> sources = locations.current().locations().stream()
                .filter(l -> l.type() == LocationType.SOURCE && l.active())
                .toList();
        return foundation.database().jdbi().withHandle(db -> db.createQuery("""
                        SELECT i.name AS instrument, s.short_name AS site, min(m.name) AS module,
                               row_number() OVER (PARTITION BY s.id ORDER BY i.id) - 1 AS place
                          FROM instrument i JOIN site s ON s.id = i.site_id
                          JOIN instrument_module m ON m.instrument_id = i.id AND m.active
                         WHERE i.active GROUP BY i.id, i.name, s.id, s.short_name ORDER BY i.id
                        """)
                .map((row, context) -> {
                    String site = row.getString("site");
                    List<DataLocation> here =
                            sources.stream().filter(l -> l.site().equals(site)).toList();
                    DataLocation source = here.get((int) (row.getLong("place") % here.size()));
                    return new DemoInput.Origin(row.getString("instrument"), row.getString("module"), source);
                })
                .list());
    }

    private void explain(DemoResult result) {
        foundation
                .objectStore()
                .ifPresent(store -> out.println("\nLook into the S3 archive with any S3 client:\n"
                        + buckets().stream()
                                .map(bucket -> store.howToLook().replace("BUCKET", bucket))
                                .collect(Collectors.joining("\n"))));
        out.println("Folders of the disk locations: " + foundation.home().root().resolve("sites"));
        if (!result.complete()) {
            err.println("\nThe demo stopped moving before every file was through. What stands in the way:");
            foundation.database().jdbi().useHandle(db -> db.createQuery("""
                            SELECT queue || ': ' || status || ': ' || coalesce(failure_message, waits_for, 'waiting') AS line
                              FROM operation ORDER BY (status = 'FAILED') DESC, id LIMIT 20
                            """)
                    .mapTo(String.class)
                    .forEach(line -> err.println("  " + line)));
        }
    }
}
