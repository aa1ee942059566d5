package chasqui.transfer;

import chasqui.pipeline.Lease;
import chasqui.storage.DurableFiles;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.PackageDigest;
import chasqui.storage.Placement;
import chasqui.storage.ReadBack;
import chasqui.storage.Temporaries;
import chasqui.topology.DiskRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Method {@code cp}: one pass from a folder to another folder that this machine sees. */
public final class CopyMethod implements ByteMover {
    @Override
    public void move(Lease lease, Transfer transfer) throws IOException {
        DiskRoot.require(transfer.origin());
        Path root = DiskRoot.require(transfer.destination());
        // Begun in any case: a dead attempt may have made the name and left its temporary beside it.
        try (Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token())) {
            if (isThere(lease, root, transfer)) {
                return;
            }
            if (!Files.isRegularFile(transfer.source())) {
                throw DiskRoot.missing(transfer.origin(), transfer.source(), transfer.toString());
            }
            Path temporary = temporaries.name("incoming");
            PackageDigest read = DurableFiles.copy(transfer.source(), temporary, Pace.of(lease, transfer.way()));
            requireRegistered(transfer, read);
            lease.requireHeld();
            Placement.place(root, temporary, transfer.incoming(), transfer.digest(), bytes -> lease.advance(0));
        }
    }

    /** An earlier attempt may have died, or still run, after it made the name. */
    static boolean isThere(Lease lease, Path root, Transfer transfer) throws IOException {
        if (Files.notExists(transfer.incoming())) {
            return false;
        }
        DurableFiles.makeDurable(root, transfer.incoming());
        return ReadBack.read(transfer.incoming(), transfer.digest().sha256() != null, bytes -> lease.advance(0))
                .holds(transfer.digest());
    }

    private static void requireRegistered(Transfer transfer, PackageDigest read) throws IntegrityViolation {
        PackageDigest wanted = transfer.digest();
        if (read.sizeBytes() != wanted.sizeBytes() || !read.xxHash64().equals(wanted.xxHash64())) {
            throw new IntegrityViolation(
                    transfer + ": " + transfer.source() + " as it was read for sending",
                    "whole package",
                    wanted.sizeBytes() + " bytes, " + wanted.xxHash64(),
                    read.sizeBytes() + " bytes, " + read.xxHash64());
        }
    }
}
