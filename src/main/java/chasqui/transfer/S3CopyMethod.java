package chasqui.transfer;

import chasqui.pipeline.Lease;
import chasqui.storage.S3Clients;
import chasqui.storage.S3ObjectExists;
import chasqui.storage.S3ObjectFacts;
import java.io.IOException;

/**
 * Method {@code s3-copy}: from bucket to bucket. Within one store, with one credential, the store copies by itself;
 * otherwise the bytes stream through here. Only reading back, at the destination, tells whether they are right.
 */
public final class S3CopyMethod implements ByteMover {
    private final S3Clients clients;

    public S3CopyMethod(S3Clients clients) {
        this.clients = clients;
    }

    @Override
    public void move(Lease lease, Transfer transfer) throws IOException {
        S3End source = S3End.of(clients, transfer.origin(), transfer.originPath());
        S3End target = S3End.of(clients, transfer.destination(), transfer.target());
        target.objects().sweep(target.bucket(), target.prefix());
        if (target.holds(transfer.digest(), lease)) {
            return;
        }
        S3ObjectFacts facts = source.require(transfer);
        try {
            source.objects()
                    .copy(
                            source.bucket(),
                            source.key(),
                            facts,
                            target.objects(),
                            target.bucket(),
                            target.key(),
                            Pace.of(lease, transfer.way()));
        } catch (S3ObjectExists madeMeanwhile) {
            if (!target.holds(transfer.digest(), lease)) {
                throw madeMeanwhile;
            }
        }
    }
}
