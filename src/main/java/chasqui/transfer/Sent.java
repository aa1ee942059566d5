package chasqui.transfer;

import chasqui.link.Link;
import chasqui.pipeline.Result;
import chasqui.storage.PackageDigest;

/**
 * A transfer package that lies at its destination, to be proven there.
 *
 * @param incomingName what it is called there until then
 * @param digest what it must hold
 * @param seen whether its sender sees the destination's files
 */
record Sent(long originId, long destinationId, Link link, String incomingName, PackageDigest digest, boolean seen)
        implements Result {
    static Sent of(Transfer transfer) {
        return new Sent(
                transfer.origin().id(),
                transfer.destination().id(),
                new Link(transfer.origin().siteId(), transfer.destination().siteId()),
                transfer.incomingName(),
                transfer.digest(),
                transfer.destinationIsHere());
    }
}
