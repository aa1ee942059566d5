package chasqui.transfer;

import chasqui.pipeline.Lease;
import chasqui.storage.DurableFiles;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.PackageDigest;
import chasqui.storage.Placement;
import chasqui.storage.ReadBack;
import chasqui.storage.S3Clients;
import chasqui.storage.Temporaries;
import chasqui.topology.DiskRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Method {@code s3-download}: from a bucket into a folder that this machine sees, in parts side by side. */
public final class S3DownloadMethod implements ByteMover {
    private final S3Clients clients;

    public S3DownloadMethod(S3Clients clients) {
        this.clients = clients;
    }

    @Override
    public void move(Lease lease, Transfer transfer) throws IOException {
        Path root = DiskRoot.require(transfer.destination());
        S3End source = S3End.of(clients, transfer.origin(), transfer.originPath());
        // Begun in any case: a dead attempt may have made the name and left its temporary beside it.
        try (Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token())) {
            if (isThere(lease, root, transfer)) {
                return;
            }
            source.require(transfer);
            Path temporary = temporaries.name("incoming");
            PackageDigest read =
                    source.objects().fetch(source.bucket(), source.key(), temporary, Pace.of(lease, transfer.way()));
            requireRegistered(transfer, source, read);
            lease.requireHeld();
            Placement.place(root, temporary, transfer.incoming(), transfer.digest(), bytes -> lease.advance(0));
        }
    }

    private static boolean isThere(Lease lease, Path root, Transfer transfer) throws IOException {
        if (Files.notExists(transfer.incoming())) {
            return false;
        }
        DurableFiles.makeDurable(root, transfer.incoming());
        return ReadBack.read(transfer.incoming(), transfer.digest().sha256() != null, bytes -> lease.advance(0))
                .holds(transfer.digest());
    }

    private static void requireRegistered(Transfer transfer, S3End source, PackageDigest read)
            throws IntegrityViolation {
        PackageDigest wanted = transfer.digest();
        if (read.sizeBytes() != wanted.sizeBytes() || !read.xxHash64().equals(wanted.xxHash64())) {
            throw new IntegrityViolation(
                    transfer + ": " + source + " as it arrived",
                    "whole package",
                    wanted.sizeBytes() + " bytes, " + wanted.xxHash64(),
                    read.sizeBytes() + " bytes, " + read.xxHash64());
        }
    }
}
