package chasqui.preflight;

import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.storage.S3Trial;
import chasqui.topology.Bucket;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A bucket: can objects be put, seen, read and deleted below its prefix. */
final class S3Check {
    static final String NAME = "S3";
    private static final String DELETE = "S3 delete";
    private static final String CONDITIONS = "S3 conditions";

    private S3Check() {}

    static List<Finding> look(DataLocation location, S3Clients clients) throws IOException {
        Bucket bucket = location.bucket();
        S3Endpoint endpoint = new S3Endpoint(bucket.endpoint(), bucket.region(), bucket.credential());
        S3Trial.Result result = S3Trial.at(clients.objects(endpoint), bucket.bucket(), bucket.prefix());
        List<Finding> found = new ArrayList<>();
        if (result.notDeleted() != null) {
            // An archive may forbid it on purpose.
            boolean archive = location.type() == LocationType.LONG_TERM_ARCHIVE;
            String reason = result.notDeleted().getMessage();
            found.add(archive ? Finding.settled(DELETE, reason) : new Finding(DELETE, Finding.EVERYTHING, reason));
        }
        if (!result.conditions()) {
            found.add(Finding.settled(
                    CONDITIONS,
                    "the store does not honour If-None-Match: that a key is free is looked up right before it is made, so let nothing but this service write below "
                            + bucket.bucket() + "/" + bucket.prefix()));
        }
        return found;
    }
}
