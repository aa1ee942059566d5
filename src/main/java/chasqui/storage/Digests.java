package chasqui.storage;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Size, xxHash64 and, if wanted, SHA-256 of bytes as they pass. */
final class Digests {
    private final HashStream64 xxHash64 = Hashing.xxh64().hashStream();
    private final MessageDigest sha256;
    private long sizeBytes;

    Digests(boolean withSha256) {
        sha256 = withSha256 ? newSha256() : null;
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    static Checksum xxHash64Of(byte[] bytes) {
        return Checksum.xxHash64(Hashing.xxh64().hashBytesToLong(bytes));
    }

    void update(byte[] bytes, int offset, int length) {
        xxHash64.putBytes(bytes, offset, length);
        if (sha256 != null) {
            sha256.update(bytes, offset, length);
        }
        sizeBytes += length;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    Checksum xxHash64() {
        return Checksum.xxHash64(xxHash64.getAsLong());
    }

    /** May be called once. */
    PackageDigest finish() {
        return new PackageDigest(sizeBytes, xxHash64(), sha256 == null ? null : Checksum.sha256(sha256.digest()));
    }
}
