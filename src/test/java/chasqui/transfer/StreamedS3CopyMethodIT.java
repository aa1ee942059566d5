package chasqui.transfer;

import chasqui.topology.Bucket;

/** Two endpoints are two stores, whatever they have in common: neither can read the other. */
class StreamedS3CopyMethodIT extends S3CopyMethodIT {
    @Override
    boolean throughHere() {
        return true;
    }

    @Override
    Bucket bucket(String prefix) {
        Bucket one = super.bucket(prefix);
        return prefix.isEmpty()
                ? one
                : new Bucket(one.endpoint() + "/", one.region(), one.bucket(), prefix, one.credential());
    }
}
