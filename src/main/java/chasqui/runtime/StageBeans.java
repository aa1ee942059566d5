package chasqui.runtime;

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
import chasqui.deletion.DeletionEffects;
import chasqui.deletion.DeletionManager;
import chasqui.deletion.DeletionSettings;
import chasqui.deletion.DeletionWorker;
import chasqui.packaging.PackagingEffects;
import chasqui.packaging.PackagingManager;
import chasqui.packaging.PackagingSettings;
import chasqui.packaging.PackagingWorker;
import chasqui.packaging.Packer;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StageEffects;
import chasqui.preflight.Check;
import chasqui.preflight.LinkChecks;
import chasqui.preflight.LocationChecks;
import chasqui.preflight.PreflightSettings;
import chasqui.settings.Settings;
import chasqui.staging.PackageSources;
import chasqui.staging.StagingEffects;
import chasqui.staging.StagingManager;
import chasqui.staging.StagingSettings;
import chasqui.staging.StagingWorker;
import chasqui.staging.TapeRecallEffects;
import chasqui.staging.TapeRecallManager;
import chasqui.staging.TapeRecallWorker;
import chasqui.storage.S3Clients;
import chasqui.tape.TapeSettings;
import chasqui.tape.Tapes;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import chasqui.transfer.BbcpMethod;
import chasqui.transfer.BbcpSettings;
import chasqui.transfer.CommandMethod;
import chasqui.transfer.CopyMethod;
import chasqui.transfer.S3CopyMethod;
import chasqui.transfer.S3DownloadMethod;
import chasqui.transfer.S3UploadMethod;
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
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/** The managers and workers of all stages, under the names by which the routes call them. */
final class StageBeans implements AutoCloseable {
    private final Jdbi database;
    private final Locations locations;
    private final NodeIdentity node;
    private final S3Clients s3;
    private final Tapes tapes;
    private final PackagingSettings packaging;
    private final AssemblySettings assembly;
    private final TransferSettings transfer;
    private final BbcpSettings bbcp;
    private final UnpackingSettings unpacking;
    private final ArchiveSettings archive;
    private final VerificationSettings verification;
    private final StagingSettings staging;
    private final DeletionSettings deletion;

    /** Reads the settings of every stage; what is wrong in them is collected there. */
    StageBeans(Jdbi database, Path home, Locations locations, NodeIdentity node, Settings settings) {
        this.database = database;
        this.locations = locations;
        this.node = node;
        this.s3 = new S3Clients(home.resolve("aws"), S3Settings.from(settings));
        this.tapes = new Tapes(TapeSettings.from(settings));
        this.packaging = PackagingSettings.from(settings);
        this.assembly = AssemblySettings.from(settings);
        this.transfer = TransferSettings.from(settings);
        this.bbcp = BbcpSettings.from(settings);
        this.unpacking = UnpackingSettings.from(settings);
        this.archive = ArchiveSettings.from(settings, Version.version());
        this.verification = VerificationSettings.from(settings);
        this.staging = StagingSettings.from(settings);
        this.deletion = DeletionSettings.from(settings);
    }

    /** Transfers of a link at the same time where its route says nothing. */
    int linkConcurrency() {
        return transfer.links().concurrency();
    }

    /** The setting: a method, or "auto". */
    String transferMethod() {
        return transfer.method();
    }

    /** What is tried at a data location before work is done there. */
    Function<DataLocation, List<Check>> checks(PreflightSettings preflight) {
        LocationChecks here = new LocationChecks(database, locations::current, s3, tapes, preflight.limit());
        LinkChecks links = new LinkChecks(locations::current, transfer, bbcp);
        return location -> Stream.concat(here.of(location).stream(), links.of(location).stream())
                .toList();
    }

    /** What the stages add when operations change hands. */
    List<StageEffects> effects() {
        return List.of(
                new PackagingEffects(),
                new AssemblyEffects(),
                new TransferEffects(transfer.links()),
                new UnpackingEffects(),
                new ArchiveEffects(),
                new VerificationEffects(),
                new StagingEffects(),
                new TapeRecallEffects(),
                new DeletionEffects(deletion));
    }

    /** Every bean that a route names. */
    Map<String, Object> beans(OperationStore operations) {
        Map<String, Object> beans = new LinkedHashMap<>();
        beans.put("packagingManager", new PackagingManager(database, packaging));
        beans.put(
                "packagingWorker",
                new PackagingWorker(
                        database,
                        operations,
                        locations,
                        packaging,
                        new Packer(node.name(), "chasqui " + Version.version())));
        beans.put("assemblyManager", new AssemblyManager(database, locations, assembly));
        beans.put("assemblyWorker", new AssemblyWorker(database, operations, locations, assembly, node));
        beans.put("transferManager", new TransferManager(database, locations, transfer));
        beans.put("transferWorker", new TransferWorker(database, operations, locations, transfer));
        beans.put("copyMethod", new CopyMethod());
        beans.put("bbcpMethod", new BbcpMethod(bbcp));
        beans.put("bbcpExec", new BbcpExec());
        beans.put("s3UploadMethod", new S3UploadMethod(s3));
        beans.put("s3DownloadMethod", new S3DownloadMethod(s3));
        beans.put("s3CopyMethod", new S3CopyMethod(s3));
        beans.put("commandMethod", new CommandMethod(tapes));
        beans.put("unpackingManager", new UnpackingManager(database));
        beans.put("unpackingWorker", new UnpackingWorker(database, operations, locations, unpacking, node));
        beans.put("archiveManager", new ArchiveManager(database));
        beans.put(
                "archiveWorker",
                new ArchiveWorker(
                        database,
                        operations,
                        new Archives(locations, s3, tapes, archive),
                        new Sidecars(database, archive, node),
                        node));
        beans.put("verificationManager", new VerificationManager(database, verification));
        beans.put(
                "verificationWorker",
                new VerificationWorker(
                        database, operations, new ArchivedCopies(locations, s3, tapes), verification, node));
        beans.put("stagingManager", new StagingManager(database, staging));
        beans.put(
                "stagingWorker",
                new StagingWorker(database, operations, new PackageSources(locations, s3), node, staging));
        beans.put("tapeRecallManager", new TapeRecallManager(database, staging));
        beans.put("tapeRecallWorker", new TapeRecallWorker(database, operations, locations, tapes, node));
        beans.put("deletionManager", new DeletionManager(database, deletion));
        beans.put("deletionWorker", new DeletionWorker(database, operations, locations, deletion));
        return beans;
    }

    @Override
    public void close() {
        s3.close();
    }
}
