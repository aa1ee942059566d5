package chasqui.demo;

import chasqui.filing.Filing;
import chasqui.filing.FilingReport;
import chasqui.filing.FilingRequest;
import chasqui.pipeline.Lease;
import chasqui.pipeline.Stage;
import chasqui.runtime.Foundation;
import chasqui.runtime.Service;
import chasqui.staging.StagingRequests;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.generic.GenericType;

/** Drives files through all stages and watches them. */
final class Demo {
    /** Longest time in which nothing may move before the demo gives up and says what stands in the way. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Duration GLANCE = Duration.ofMillis(250);

    private final Foundation foundation;
    private final Service service;
    private final Locations locations;
    private final Display display;
    private final List<DemoReport.Placement> placements = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, Integer> stageOfType;
    private final Map<Stage, Long> furthest = new EnumMap<>(Stage.class);
    private final Instant start = Instant.now();
    private Instant glimpsed = start;
    private StageCost filing = new StageCost(0, 0, 0, 0);

    Demo(Foundation foundation, Service service, Locations locations, Display display) {
        this.foundation = foundation;
        this.service = service;
        this.locations = locations;
        this.display = display;
        this.stageOfType = foundation.database().jdbi().withHandle(db -> db.createQuery(
                        "SELECT name, stage FROM operation_type")
                .setMapKeyColumn("name")
                .setMapValueColumn("stage")
                .collectInto(new GenericType<Map<String, Integer>>() {}));
    }

    /** Files one observation, and counts its bytes on the display while they are read. */
    void file(DemoInput.Observation observation, DemoInput.Size size) {
        problems.addAll(observation.problems());
        AtomicLong bytes = new AtomicLong(filing.bytes());
        Instant begin = Instant.now();
        FilingReport report = new Filing(foundation.database().jdbi(), locations)
                .file(
                        new FilingRequest(
                                observation.folder(),
                                observation.instrument(),
                                observation.module(),
                                observation.name(),
                                true),
                        read -> glimpse(size, bytes.addAndGet(read)));
        report.refused().forEach(r -> problems.add(r.path() + ": " + r.reason() + "; " + r.remedy()));
        warnings.addAll(report.warnings());
        long files = filing.operations() + report.registered() + report.already();
        filing = new StageCost(
                files,
                secondsSince(start),
                filing.busySeconds() + secondsSince(begin),
                filing.bytes() + report.bytes());
        display.show(new Display.Line(Stage.FILING, files, size.files(), filing.bytes(), size.bytes()));
        placements.add(new DemoReport.Placement(observationId(observation.name()), observation.folderBelowRoot()));
    }

    private long observationId(String name) {
        return foundation.database().jdbi().withHandle(db -> db.createQuery(
                        "SELECT max(id) FROM executed_observation_unit WHERE name = :name")
                .bind("name", name)
                .mapTo(Long.class)
                .one());
    }

    /**
     * Waits until every file has passed every stage.
     *
     * @return the last snapshot; not {@link Snapshot#complete()} when nothing moved any more
     */
    Snapshot watch() throws InterruptedException {
        Snapshot last = null;
        Instant moved = Instant.now();
        while (true) {
            Snapshot now = Snapshot.take(foundation.database().jdbi(), observations());
            long busy = show(now);
            if (now.complete()) {
                return now;
            }
            if (!now.equals(last) || busy > 0) {
                moved = Instant.now();
            } else if (Duration.between(moved, Instant.now()).compareTo(PATIENCE) > 0) {
                return now;
            }
            if (now.passed().get(Stage.ARCHIVE).files()
                    > now.passed().get(Stage.STAGING).files()) {
                requestStaging();
            }
            last = now;
            TimeUnit.MILLISECONDS.sleep(GLANCE.toMillis());
        }
    }

    private List<Long> observations() {
        return placements.stream().map(DemoReport.Placement::observationId).toList();
    }

    /** Shows the bytes of filing, now and then, while its files are read. */
    private void glimpse(DemoInput.Size size, long bytes) {
        if (Duration.between(glimpsed, Instant.now()).compareTo(GLANCE) > 0) {
            glimpsed = Instant.now();
            display.show(new Display.Line(Stage.FILING, filing.operations(), size.files(), bytes, size.bytes()));
        }
    }

    /** Shows each stage, with what its workers have in hand; returns how many bytes those have moved. */
    private long show(Snapshot now) {
        Map<Stage, Long> inHand = inHand();
        for (Map.Entry<Stage, Snapshot.Amount> passed : now.passed().entrySet()) {
            Stage stage = passed.getKey();
            long working = inHand.getOrDefault(stage, 0L) / ways(stage, now);
            long bytes =
                    Math.min(passed.getValue().bytes() + working, now.filed().bytes());
            display.show(new Display.Line(
                    stage,
                    passed.getValue().files(),
                    now.filed().files(),
                    furthest.merge(stage, bytes, Math::max),
                    now.filed().bytes()));
        }
        return inHand.values().stream().mapToLong(Long::longValue).sum();
    }

    private Map<Stage, Long> inHand() {
        Map<Stage, Long> inHand = new EnumMap<>(Stage.class);
        for (Lease lease : service.operations().held()) {
            Integer stage = stageOfType.get(lease.operation().type().name());
            if (stage != null) {
                inHand.merge(Stage.values()[stage], lease.bytesDone(), Long::sum);
            }
        }
        return inHand;
    }

    /** How often a stage handles each byte: what is in hand counts for as much less. */
    private static long ways(Stage stage, Snapshot now) {
        return switch (stage) {
            case TRANSFER, UNPACKING, ARCHIVE -> Math.max(1, now.archives());
            // Its workers delete packages too; shown is what is gone from the source.
            case DELETION -> Long.MAX_VALUE;
            default -> 1;
        };
    }

    /** Asks for every archived package to be staged; a package that has an active job keeps it. */
    private void requestStaging() {
        List<String> names = foundation.database().jdbi().withHandle(db -> db.createQuery("""
                        SELECT p.name FROM raw_data_package p
                         WHERE p.executed_observation_unit_id = ANY (:units) AND p.state = 'ARCHIVED'
                           AND NOT EXISTS (SELECT FROM staging_job j WHERE j.raw_data_package_id = p.id)
                         ORDER BY p.id
                        """)
                .bindArray("units", Long.class, observations())
                .mapTo(String.class)
                .list());
        if (!names.isEmpty()) {
            new StagingRequests(foundation.database().jdbi())
                    .request(names, processing().label(), "demo", "a scientist wants this night's data");
        }
    }

    private DataLocation processing() {
        return locations.current().locations().stream()
                .filter(l -> l.type() == chasqui.topology.LocationType.PROCESSING && l.active())
                .findFirst()
                .orElseThrow();
    }

    DemoResult result(Snapshot last) {
        long archived = foundation.database().jdbi().withHandle(db -> db.createQuery("""
                        SELECT count(*) FROM physical_copy c
                          JOIN raw_data_package p ON p.id = c.raw_data_package_id
                          JOIN data_location l ON l.id = c.data_location_id
                         WHERE p.executed_observation_unit_id = ANY (:units) AND l.location_type = 'LONG_TERM_ARCHIVE'
                           AND c.state = 'PRESENT' AND c.verified_at IS NOT NULL
                        """)
                .bindArray("units", Long.class, observations())
                .mapTo(Long.class)
                .one());
        DemoTotals totals = new DemoTotals(
                last.filed().files(),
                last.filed().bytes(),
                problems.size(),
                last.packages(),
                archived,
                last.passed().get(Stage.DELETION).files(),
                secondsSince(start));
        return new DemoResult(
                last, totals, StageCost.read(foundation.database().jdbi(), start, last, filing), problems, warnings);
    }

    void write(Path report, DemoResult result) throws IOException {
        new DemoReport(foundation.database().jdbi(), placements).write(report, result);
    }

    private static double secondsSince(Instant start) {
        return Duration.between(start, Instant.now()).toMillis() / 1000.0;
    }
}
