package chasqui.testing;

import chasqui.archive.ArchiveEffects;
import chasqui.archive.ArchiveManager;
import chasqui.archive.ArchiveSettings;
import chasqui.archive.ArchiveWorker;
import chasqui.archive.Archives;
import chasqui.archive.Sidecars;
import chasqui.assembly.AssemblyEffects;
import chasqui.assembly.AssemblyManager;
import chasqui.assembly.AssemblySettings;
import chasqui.assembly.AssemblyWorker;
import chasqui.packaging.PackagingEffects;
import chasqui.packaging.PackagingManager;
import chasqui.packaging.PackagingSettings;
import chasqui.packaging.PackagingWorker;
import chasqui.packaging.Packer;
import chasqui.pipeline.Adopter;
import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseLost;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.recovery.FailureClassifier;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.staging.PackageSources;
import chasqui.staging.StagingEffects;
import chasqui.staging.StagingManager;
import chasqui.staging.StagingSettings;
import chasqui.staging.StagingWorker;
import chasqui.storage.S3Clients;
import chasqui.topology.Locations;
import chasqui.transfer.ByteMover;
import chasqui.transfer.CommandMethod;
import chasqui.transfer.CopyMethod;
import chasqui.transfer.S3DownloadMethod;
import chasqui.transfer.S3UploadMethod;
import chasqui.transfer.Transfer;
import chasqui.transfer.TransferEffects;
import chasqui.transfer.TransferManager;
import chasqui.transfer.TransferSettings;
import chasqui.transfer.TransferWorker;
import chasqui.unpacking.UnpackingEffects;
import chasqui.unpacking.UnpackingManager;
import chasqui.unpacking.UnpackingSettings;
import chasqui.unpacking.UnpackingWorker;
import chasqui.verification.ArchivedCopies;
import chasqui.verification.VerificationEffects;
import chasqui.verification.VerificationManager;
import chasqui.verification.VerificationSettings;
import chasqui.verification.VerificationWorker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/** Stages 1 to 6 after each other without Camel: managers look, workers work, until nothing is left to do. */
public final class AllStages {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Does one operation to its end. */
    private interface Worker {
        void work(Lease lease) throws Exception;
    }

    private final TestDatabase database;
    private final OperationStore operations;
    private final List<IntSupplier> managers;
    private final Map<String, Worker> workers = new LinkedHashMap<>();
    private final Set<String> toDie = new HashSet<>();
    private final List<Adopter> adopters = new ArrayList<>();
    private final Clock clock;
    private Runnable afterEach = () -> {};

    /** @param clock that the work stamps its progress with */
    public AllStages(TestDatabase database, S3Clients stores, Clock clock) {
        this.database = database;
        NodeIdentity node = NodeIdentity.starting("here");
        Locations locations = new Locations(database.jdbi());
        Settings settings = SettingsReader.read(
                null,
                Map.of(),
                Map.of(
                        "chasqui.packaging.quiet", "0s",
                        "chasqui.packaging.max-wait", "0s",
                        "chasqui.assembly.max-wait", "0s"));
        PackagingSettings packaging = PackagingSettings.from(settings);
        AssemblySettings assembly = AssemblySettings.from(settings);
        TransferSettings transfer = TransferSettings.from(settings);
        UnpackingSettings unpacking = UnpackingSettings.from(settings);
        ArchiveSettings archive = ArchiveSettings.from(settings, "test");
        VerificationSettings verification = VerificationSettings.from(settings);
        StagingSettings staging = StagingSettings.from(settings);
        settings.requireValid();
        this.clock = clock;
        operations = incarnation();
        managers = List.of(
                new PackagingManager(database.jdbi(), packaging)::findWork,
                new AssemblyManager(database.jdbi(), locations, assembly)::findWork,
                new TransferManager(database.jdbi(), locations, transfer)::findWork,
                new UnpackingManager(database.jdbi())::findWork,
                new ArchiveManager(database.jdbi())::findWork,
                new VerificationManager(database.jdbi(), verification)::findWork,
                new StagingManager(database.jdbi(), staging)::findWork);
        PackagingWorker packer = new PackagingWorker(
                database.jdbi(), operations, locations, packaging, new Packer("here", "chasqui test"));
        AssemblyWorker assembler = new AssemblyWorker(database.jdbi(), operations, locations, assembly, node);
        TransferWorker sender = new TransferWorker(database.jdbi(), operations, locations, transfer);
        UnpackingWorker unpacker = new UnpackingWorker(database.jdbi(), operations, locations, unpacking, node);
        ArchiveWorker archivist = new ArchiveWorker(
                database.jdbi(),
                operations,
                new Archives(locations, stores, TapeStandIn.patient(), archive),
                new Sidecars(database.jdbi(), archive, node),
                node);
        adopters.addAll(List.of(packer, assembler, sender, unpacker, archivist));
        workers.put("raw_data_package_creation", packer::work);
        workers.put("data_transfer_package_creation", assembler::work);
        workers.put("data_transfer", sender(sender, methods(stores)));
        workers.put("data_transfer_unpacking", unpacker::work);
        workers.put("long_term_archive_transfer", archivist::work);
        workers.put(
                "verification",
                new VerificationWorker(
                        database.jdbi(),
                        operations,
                        new ArchivedCopies(locations, stores, TapeStandIn.patient()),
                        verification,
                        node)::work);
        workers.put(
                "staging",
                new StagingWorker(database.jdbi(), operations, new PackageSources(locations, stores), node, staging)
                        ::work);
    }

    /** Another process of the same node, with the same stages; its leases and results are its own. */
    public OperationStore incarnation() {
        OperationStore store = TestKernel.of(
                database.jdbi(),
                Duration.ofMillis(1),
                clock,
                new PackagingEffects(),
                new AssemblyEffects(),
                new TransferEffects(),
                new UnpackingEffects(),
                new ArchiveEffects(),
                new VerificationEffects(),
                new StagingEffects());
        store.adoptWith(adopters, FailureClassifier::classify, operation -> true);
        return store;
    }

    /** Types of operations whose bytes somebody can look at again. */
    public Set<String> adoptable() {
        return adopters.stream().map(adopter -> adopter.type().name()).collect(Collectors.toSet());
    }

    /** What the routes of the transfer methods choose among, on one machine. */
    private static Map<String, ByteMover> methods(S3Clients stores) {
        return Map.of(
                "cp", new CopyMethod(),
                "s3-upload", new S3UploadMethod(stores),
                "s3-download", new S3DownloadMethod(stores),
                "command", new CommandMethod(TapeStandIn.patient()));
    }

    private static Worker sender(TransferWorker worker, Map<String, ByteMover> methods) {
        return lease -> {
            Transfer transfer = worker.prepare(lease);
            if (transfer != null) {
                methods.get(transfer.method()).move(lease, transfer);
                worker.sent(lease, transfer);
            }
        };
    }

    public OperationStore operations() {
        return operations;
    }

    /** The first attempt of this queue ends as if its process had died when all was done but the commit. */
    public void dieBeforeTheCommitOf(String queue) {
        toDie.add(queue);
    }

    /** Called after every attempt. */
    public void afterEachAttempt(Runnable look) {
        afterEach = look;
    }

    /** Rounds of all managers, each followed by the work that it found, until nothing is found or left. */
    public void untilNothingIsLeft() throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        boolean found = true;
        while (found) {
            found = false;
            for (IntSupplier manager : managers) {
                found |= manager.getAsInt() > 0;
                found |= work(end);
            }
        }
    }

    private boolean work(long end) throws Exception {
        boolean any = false;
        for (List<String> queues = queues(); !queues.isEmpty(); queues = queues()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("still at work: " + queues + " " + said());
            }
            for (String queue : queues) {
                var lease = operations.claim(queue);
                if (lease.isPresent()) {
                    any = true;
                    attempt(lease.get());
                    afterEach.run();
                }
            }
        }
        return any;
    }

    private void attempt(Lease lease) {
        boolean dies = toDie.remove(lease.operation().queue());
        if (dies) {
            database.execute("UPDATE operation SET lease_token = gen_random_uuid() WHERE id = "
                    + lease.operation().id());
        }
        try {
            workers.get(lease.operation().type().name()).work(lease);
        } catch (LeaseLost gone) {
            database.execute("UPDATE operation SET lease_expires_at = clock_timestamp() - interval '1 s' WHERE id = "
                    + lease.operation().id());
            operations.lost(lease);
            operations.recoverStale(10);
        } catch (Exception failure) {
            operations.fail(lease, FailureClassifier.classify(failure));
        }
    }

    private List<String> queues() {
        return database.values("""
                SELECT DISTINCT queue FROM operation WHERE status IN ('PENDING', 'SCHEDULED') AND waits_for IS NULL
                """);
    }

    /** What failed so far, for a test that wants to say why. */
    public List<String> said() {
        return database.values(
                "SELECT outcome || ' ' || coalesce(message, '') FROM operation_attempt ORDER BY ended_at");
    }
}
