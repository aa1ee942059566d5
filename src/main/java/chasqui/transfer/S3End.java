package chasqui.transfer;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.PackageDigest;
import chasqui.storage.RelativePath;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.storage.S3ObjectFacts;
import chasqui.storage.S3Objects;
import chasqui.topology.Bucket;
import chasqui.topology.DataLocation;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The object at an end of a transfer. */
record S3End(DataLocation location, S3Objects objects, String bucket, String prefix, String path) {
    private static final Logger log = LoggerFactory.getLogger(S3End.class);
    private static final String XXH64 = "xxh64";

    /** @throws ChasquiException the location is no bucket */
    static S3End of(S3Clients clients, DataLocation location, RelativePath path) throws IOException {
        if (location.storage() != StorageType.S3) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    location + " is " + location.storage()
                            + ", but this transfer method needs S3 there; correct the transfer route");
        }
        Bucket bucket = location.bucket();
        S3Endpoint endpoint = new S3Endpoint(bucket.endpoint(), bucket.region(), bucket.credential());
        return new S3End(location, clients.objects(endpoint), bucket.bucket(), bucket.prefix(), path.encoded());
    }

    String key() {
        return prefix + path;
    }

    /**
     * What is to be read here.
     *
     * @throws ChasquiException (item) there is nothing
     * @throws IntegrityViolation it is something else
     */
    S3ObjectFacts require(Transfer transfer) throws IOException {
        S3ObjectFacts facts = objects.head(bucket, key())
                .orElseThrow(() -> new ChasquiException(
                        FailureKind.ITEM, true, transfer + ": " + this + " is not there, although its bucket is"));
        String hash = facts.metadata()
                .getOrDefault(XXH64, transfer.digest().xxHash64().hex());
        if (facts.sizeBytes() != transfer.digest().sizeBytes()
                || !hash.equals(transfer.digest().xxHash64().hex())) {
            throw new IntegrityViolation(
                    transfer + ": " + this,
                    "whole package",
                    transfer.digest().sizeBytes() + " bytes, "
                            + transfer.digest().xxHash64(),
                    facts.sizeBytes() + " bytes, described as " + hash);
        }
        return facts;
    }

    /** Whether these bytes are here already. What else has their key is moved aside, never replaced. */
    boolean holds(PackageDigest digest, Lease lease) throws IOException {
        if (objects.head(bucket, key()).isEmpty()) {
            return false;
        }
        S3Objects.Read read = objects.read(bucket, key(), false, bytes -> lease.advance(0));
        PackageDigest there = read.digest();
        if (there.sizeBytes() == digest.sizeBytes() && there.xxHash64().equals(digest.xxHash64())) {
            return true;
        }
        lease.requireHeld();
        String aside = prefix + ".chasqui/quarantine/" + UUID.randomUUID() + "/" + path;
        log.warn("{} holds other bytes than it should; moved to {}", this, aside);
        objects.moveAside(bucket, key(), read.etag(), aside, bytes -> lease.advance(0));
        return false;
    }

    static Map<String, String> metadata(PackageDigest digest) {
        return digest.sha256() == null
                ? Map.of(XXH64, digest.xxHash64().hex())
                : Map.of(
                        XXH64,
                        digest.xxHash64().hex(),
                        "sha256",
                        digest.sha256().hex());
    }

    @Override
    public String toString() {
        return "s3://" + bucket + "/" + key();
    }
}
