package chasqui.archive;

import chasqui.catalogue.ReadMode;
import chasqui.pipeline.Lease;
import chasqui.pipeline.StallLimit;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.PackageDigest;
import chasqui.storage.PackageReader;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.ReadableSource;
import chasqui.storage.S3Download;
import chasqui.storage.S3Failure;
import chasqui.storage.S3ObjectExists;
import chasqui.storage.S3Objects;
import chasqui.topology.Bucket;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An archive that is a bucket, or a part of one. */
final class S3Archive implements ArchiveStore {
    private static final Logger log = LoggerFactory.getLogger(S3Archive.class);

    private final S3Objects objects;
    private final Bucket bucket;
    private final StallLimit stall;

    S3Archive(S3Objects objects, Bucket bucket, StallLimit stall) {
        this.objects = objects;
        this.bucket = bucket;
        this.stall = stall;
    }

    @Override
    public Stored put(Path source, String path, PackageDigest digest, Lease lease) throws IOException {
        String key = bucket.key(path);
        objects.sweep(bucket.bucket(), bucket.prefix());
        String aside = null;
        if (objects.head(bucket.bucket(), key).isPresent()) {
            S3Objects.Read there = read(key, digest, lease);
            if (there.digest().equals(digest)) {
                return new Stored(null, ReadMode.REMOTE);
            }
            aside = moveAside(key, there.etag(), path, digest, lease);
        }
        if (lease.operation().attempt() > 0) {
            requireUnchanged(source, digest, lease);
        }
        lease.phase("storing", digest.sizeBytes(), stall.whenWriting(digest.sizeBytes()));
        try {
            objects.put(bucket.bucket(), key, source, metadata(digest), lease::advance);
        } catch (S3ObjectExists madeMeanwhile) {
            log.debug("{}: another attempt was quicker, or an answer got lost; its bytes are compared", key);
        }
        S3Objects.Read made = read(key, digest, lease);
        if (!made.digest().equals(digest)) {
            moveAside(key, made.etag(), path, digest, lease);
            throw blame(source, key, digest, made.digest(), lease);
        }
        return new Stored(null, ReadMode.REMOTE, aside);
    }

    @Override
    public Optional<Stored> lookAgain(String path, PackageDigest digest, Lease lease) throws IOException {
        String key = bucket.key(path);
        boolean there = objects.head(bucket.bucket(), key).isPresent()
                && read(key, digest, lease).digest().equals(digest);
        return there ? Optional.of(new Stored(null, ReadMode.REMOTE)) : Optional.empty();
    }

    /** Nothing can be renamed in a bucket: the transfer made the final name, whole or not at all. */
    @Override
    public Stored adopt(String incomingName, String path, PackageDigest digest, Lease lease)
            throws IOException, Damaged {
        String key = bucket.key(path);
        String name = "s3://" + bucket.bucket() + "/" + key;
        if (objects.head(bucket.bucket(), key).isEmpty()) {
            throw new Damaged("the bytes that were sent are gone: " + name + " is not there", null);
        }
        lease.phase("verifying", digest.sizeBytes(), stall.silence());
        AtomicReference<String> etag = new AtomicReference<>();
        try {
            PackageReader.verify(
                    ReadableSource.of(name, () -> {
                        S3Download object = objects.open(bucket.bucket(), key);
                        etag.set(object.etag());
                        return object;
                    }),
                    digest,
                    lease::advance);
        } catch (IntegrityViolation broken) {
            lease.requireHeld();
            moveAside(key, etag.get(), path, digest, lease);
            throw new Damaged(broken.getMessage() + "; it was moved to the archive's quarantine", broken);
        }
        return new Stored(null, ReadMode.REMOTE);
    }

    @Override
    public Optional<InputStream> open(String path, Lease lease) throws IOException {
        try {
            return Optional.of(objects.open(bucket.bucket(), bucket.key(path)));
        } catch (S3Failure failure) {
            if (failure.status() == 404 && failure.code().equals("NoSuchKey")) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private S3Objects.Read read(String key, PackageDigest digest, Lease lease) throws IOException {
        lease.phase("reading back", digest.sizeBytes(), stall.silence());
        return objects.read(bucket.bucket(), key, true, lease::advance);
    }

    private String moveAside(String key, String etag, String path, PackageDigest digest, Lease lease)
            throws IOException {
        lease.phase("moving aside", 0, stall.whenWriting(digest.sizeBytes()));
        String aside = bucket.key(".chasqui/quarantine/" + UUID.randomUUID() + "/" + path);
        log.warn("s3://{}/{} holds other bytes than it should; moved to {}", bucket.bucket(), key, aside);
        objects.moveAside(bucket.bucket(), key, etag, aside, ignored -> lease.advance(0));
        return "s3://" + bucket.bucket() + "/" + aside;
    }

    /** A source that went bad shall not fill the archive with one more object in quarantine at every attempt. */
    private void requireUnchanged(Path source, PackageDigest digest, Lease lease) throws IOException {
        lease.phase("reading the source", digest.sizeBytes(), stall.silence());
        ReadBackResult there = ReadBack.read(source, true, lease::advance);
        if (!there.holds(digest)) {
            throw new IntegrityViolation(
                    source + ", which is to be archived,", "all of it", digest.toString(), there.toString());
        }
    }

    /** The store is blamed only when the source still holds what was to be sent. */
    private IntegrityViolation blame(Path source, String key, PackageDigest wanted, PackageDigest found, Lease lease)
            throws IOException {
        ReadBackResult sent = ReadBack.read(source, true, bytes -> lease.advance(0));
        String where =
                sent.holds(wanted) ? "s3://" + bucket.bucket() + "/" + key + " as it was read back" : source + "";
        return new IntegrityViolation(where, "all of it", wanted.toString(), found.toString());
    }

    private static Map<String, String> metadata(PackageDigest digest) {
        return Map.of(
                "sha256", digest.sha256().hex(), "xxh64", digest.xxHash64().hex());
    }
}
