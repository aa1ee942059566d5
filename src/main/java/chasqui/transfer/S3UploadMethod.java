package chasqui.transfer;

import chasqui.pipeline.Lease;
import chasqui.storage.S3Clients;
import chasqui.storage.S3ObjectExists;
import chasqui.topology.DiskRoot;
import java.io.IOException;
import java.nio.file.Files;

/**
 * Method {@code s3-upload}: from a folder that this machine sees into a bucket, in parts side by side. What a dead
 * attempt has sent is not sent again.
 */
public final class S3UploadMethod implements ByteMover {
    private final S3Clients clients;

    public S3UploadMethod(S3Clients clients) {
        this.clients = clients;
    }

    @Override
    public void move(Lease lease, Transfer transfer) throws IOException {
        DiskRoot.require(transfer.origin());
        S3End target = S3End.of(clients, transfer.destination(), transfer.target());
        target.objects().sweep(target.bucket(), target.prefix());
        if (target.holds(transfer.digest(), lease)) {
            return;
        }
        if (!Files.isRegularFile(transfer.source())) {
            throw DiskRoot.missing(transfer.origin(), transfer.source(), transfer.toString());
        }
        try {
            target.objects()
                    .putProven(
                            target.bucket(),
                            target.key(),
                            transfer.source(),
                            transfer.digest(),
                            S3End.metadata(transfer.digest()),
                            lease::requireHeld,
                            Pace.of(lease, transfer.way()));
        } catch (S3ObjectExists madeMeanwhile) {
            // Another attempt was quicker, or an answer got lost: its bytes are what counts.
            if (!target.holds(transfer.digest(), lease)) {
                throw madeMeanwhile;
            }
        }
    }
}
