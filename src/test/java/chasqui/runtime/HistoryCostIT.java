package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.archive.ArchiveManager;
import chasqui.assembly.AssemblyManager;
import chasqui.assembly.AssemblySettings;
import chasqui.deletion.DeletionManager;
import chasqui.deletion.DeletionSettings;
import chasqui.packaging.PackagingManager;
import chasqui.packaging.PackagingSettings;
import chasqui.pipeline.Effect;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationStore.NewOperation;
import chasqui.pipeline.OperationType;
import chasqui.pipeline.StageEffects;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.staging.StagingManager;
import chasqui.staging.StagingSettings;
import chasqui.staging.TapeRecallManager;
import chasqui.testing.BlockCount;
import chasqui.testing.FinishedPast;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.topology.Locations;
import chasqui.transfer.TransferManager;
import chasqui.transfer.TransferSettings;
import chasqui.unpacking.UnpackingManager;
import chasqui.verification.VerificationManager;
import chasqui.verification.VerificationSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the control plane reads must not grow with what lies behind it. {@code -Dhistory.rows=10000000} asks for more than the
 * million that every run has.
 */
class HistoryCostIT {
    private static final int OPERATIONS = Integer.getInteger("history.rows", 1_000_000);
    /** The index of each has as many levels with both. */
    private static final int FEW_PACKAGES = 4_000;

    private static final int MANY_PACKAGES = 40_000;
    private static final int LIVE = 50;
    private static final int SHORT_BACKLOG = 20_000;
    private static final int LONG_BACKLOG = 100_000;
    private static final OperationType TYPE = new OperationType("deletion");
    private static final String QUEUE = "ccat_buffer_deletion";

    @Test
    void rounds_of_all_managers_claims_renewals_and_the_monitor_read_no_more_with_a_million_finished_operations(
            @TempDir Path folder) throws Exception {
        Map<String, Long> without = blocks(folder, 0, FEW_PACKAGES);
        Map<String, Long> with = blocks(folder, OPERATIONS, MANY_PACKAGES);
        requireNoMore(without, with, OPERATIONS + " finished operations");
    }

    @Test
    void offers_claims_and_the_monitor_read_no_more_with_a_backlog_of_a_hundred_thousand(@TempDir Path folder)
            throws Exception {
        requireNoMore(
                blocksWithBacklog(folder, SHORT_BACKLOG), blocksWithBacklog(folder, LONG_BACKLOG), "a long backlog");
    }

    @Test
    void offers_and_claims_read_no_backlog_that_came_after_the_last_statistics(@TempDir Path folder) throws Exception {
        try (TestDatabase database = new TestDatabase()) {
            TestTopology.on(database.jdbi(), folder);
            database.execute("VACUUM ANALYZE");
            try (BlockCount count = new BlockCount(database)) {
                // Often enough for a plan that is kept.
                for (int i = 0; i < 20; i++) {
                    live(database, 1);
                    kernelStep(count);
                }
                live(database, LONG_BACKLOG);
                Map<String, Long> blocks = kernelStep(count);
                System.out.println("\nblocks with a backlog that statistics do not know: " + blocks);
                blocks.forEach((step, read) -> assertThat(read).as(step).isLessThan(500));
            }
        }
    }

    private static Map<String, Long> kernelStep(BlockCount count) {
        Jdbi db = count.jdbi();
        OperationStore store = TestKernel.of(db, () -> TYPE);
        Map<String, Long> blocks = new LinkedHashMap<>();
        blocks.put(
                "schedule", count.of(() -> db.useHandle(h -> h.execute("SELECT * FROM schedule_due('deletion', 10)"))));
        blocks.put(
                "look",
                count.of(() ->
                        db.useHandle(h -> h.execute("SELECT * FROM queues_with_due_work('{%s}')".formatted(QUEUE)))));
        blocks.put("claim", count.of(() -> store.complete(store.claim(QUEUE).orElseThrow(), Effect.NONE)));
        return blocks;
    }

    private static void requireNoMore(Map<String, Long> without, Map<String, Long> with, String what) {
        System.out.println("\nblocks without and with " + what + ": " + without + " " + with);
        assertThat(without).isNotEmpty();
        without.forEach((step, blocks) -> assertThat(with.get(step))
                .as(step + ": " + blocks + " blocks without " + what)
                .isLessThanOrEqualTo((long) (blocks * 1.2)));
    }

    private static Map<String, Long> blocks(Path folder, int operations, int packages) throws Exception {
        try (TestDatabase database = new TestDatabase()) {
            TestTopology.on(database.jdbi(), folder);
            FinishedPast.operations(database, operations);
            FinishedPast.packages(database, packages);
            live(database, LIVE);
            database.execute("VACUUM ANALYZE");
            try (BlockCount count = new BlockCount(database)) {
                Map<String, Long> blocks = managers(count);
                blocks.putAll(kernel(count));
                return blocks;
            }
        }
    }

    private static Map<String, Long> blocksWithBacklog(Path folder, int live) throws Exception {
        try (TestDatabase database = new TestDatabase()) {
            TestTopology.on(database.jdbi(), folder);
            live(database, live);
            database.execute("VACUUM ANALYZE");
            try (BlockCount count = new BlockCount(database)) {
                return kernel(count);
            }
        }
    }

    private static void live(TestDatabase database, int operations) {
        database.jdbi().useTransaction(tx -> {
            // The check of the foreign key keeps a plan for an empty table, which would read all of it for each row.
            tx.execute("DISCARD PLANS");
            long location = tx.createQuery(
                            "SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id WHERE s.short_name = 'ccat' AND l.name = 'buffer'")
                    .mapTo(Long.class)
                    .one();
            List<Long> batches = tx.createQuery(
                            "INSERT INTO deletion_batch (data_location_id) SELECT :l FROM generate_series(1, :n) RETURNING id")
                    .bind("l", location)
                    .bind("n", operations)
                    .mapTo(Long.class)
                    .list();
            OperationStore.create(
                    tx,
                    TYPE,
                    "deletion_batch_id",
                    batches.stream()
                            .map(id -> new NewOperation(id, location, 100))
                            .toList());
        });
    }

    private static Map<String, Long> managers(BlockCount count) {
        Map<String, Long> blocks = new LinkedHashMap<>();
        Jdbi db = count.jdbi();
        Settings settings = SettingsReader.read(null, Map.of(), Map.of());
        Locations locations = new Locations(db);
        locations.refresh();
        Map<String, Runnable> rounds = new LinkedHashMap<>();
        rounds.put("packaging", new PackagingManager(db, PackagingSettings.from(settings))::findWork);
        rounds.put("assembly", new AssemblyManager(db, locations, AssemblySettings.from(settings))::findWork);
        rounds.put("transfer", new TransferManager(db, locations, TransferSettings.from(settings))::findWork);
        rounds.put("unpacking", new UnpackingManager(db)::findWork);
        rounds.put("archive", new ArchiveManager(db)::findWork);
        rounds.put("verification", new VerificationManager(db, VerificationSettings.from(settings))::findWork);
        rounds.put("staging", new StagingManager(db, StagingSettings.from(settings))::findWork);
        rounds.put("tape recall", new TapeRecallManager(db, StagingSettings.from(settings))::findWork);
        rounds.put("deletion", new DeletionManager(db, DeletionSettings.from(settings))::findWork);
        rounds.forEach((name, round) -> blocks.put(name, count.of(round)));
        return blocks;
    }

    private static Map<String, Long> kernel(BlockCount count) {
        Map<String, Long> blocks = new LinkedHashMap<>();
        Jdbi db = count.jdbi();

        OperationStore store = TestKernel.of(db, new StageEffects() {
            @Override
            public OperationType type() {
                return TYPE;
            }
        });
        Lease[] held = new Lease[3];
        blocks.put(
                "schedule", count.of(() -> db.useHandle(h -> h.execute("SELECT * FROM schedule_due('deletion', 10)"))));
        blocks.put(
                "look",
                count.of(() ->
                        db.useHandle(h -> h.execute("SELECT * FROM queues_with_due_work('{%s}')".formatted(QUEUE)))));
        blocks.put("claim", count.of(() -> held[0] = store.claim(QUEUE).orElseThrow()));
        blocks.put("second claim", count.of(() -> held[1] = store.claim(QUEUE).orElseThrow()));
        blocks.put("third claim", count.of(() -> held[2] = store.claim(QUEUE).orElseThrow()));
        blocks.put("renewal", count.of(() -> store.renew(List.of(held))));
        store.fail(held[1], new Failure(FailureKind.ITEM, true, "for a test"));
        db.useHandle(h -> h.execute(
                "UPDATE operation SET lease_expires_at = now() - interval '1 s' WHERE id = ?",
                held[2].operation().id()));
        blocks.put("recovery of the stalled", count.of(() -> store.recoverStale(100)));
        blocks.put("nothing stalled", count.of(() -> store.recoverStale(100)));
        blocks.put("lost hints", count.of(() -> db.useHandle(h -> h.execute("SELECT * FROM forget_lost_hints(0)"))));
        blocks.put("parked", count.of(() -> db.useHandle(h -> h.execute("SELECT * FROM wake_parked()"))));
        blocks.put("watch", count.of(() -> db.useHandle(h -> h.execute("SELECT * FROM watch_queues()"))));
        store.complete(held[0], Effect.NONE);
        return blocks;
    }
}
