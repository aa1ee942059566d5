package chasqui.storage;

import com.dynatrace.hash4j.hashing.ByteAccess;
import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Running digests over blocks. */
final class Digests {
    private static final ByteAccess<ByteBuffer> BYTES = ByteAccess.forByteBuffer(ByteOrder.LITTLE_ENDIAN);

    private Digests() {}

    static Checksum xxHash64Of(byte[] bytes) {
        return Checksum.xxHash64(Hashing.xxh64().hashBytesToLong(bytes));
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** xxHash64 and size of what passes. */
    static final class XxHash64 {
        private final HashStream64 stream = Hashing.xxh64().hashStream();
        private long sizeBytes;

        /** @param block little-endian; its position does not matter and does not change */
        void update(ByteBuffer block, int from, int length) {
            stream.putBytes(block, from, length, BYTES);
            sizeBytes += length;
        }

        void update(byte[] bytes, int from, int length) {
            stream.putBytes(bytes, from, length);
            sizeBytes += length;
        }

        void reset() {
            stream.reset();
            sizeBytes = 0;
        }

        long sizeBytes() {
            return sizeBytes;
        }

        Checksum checksum() {
            return Checksum.xxHash64(stream.getAsLong());
        }

        boolean matches(Checksum registered) {
            return stream.getAsLong() == Long.parseUnsignedLong(registered.hex(), 16);
        }
    }

    /** SHA-256 as a step of its own, since nothing else that is done to the bytes takes as long. */
    static final class Sha256 implements BlockRing.Step {
        private final MessageDigest digest = newSha256();

        @Override
        public void take(long index, ByteBuffer block) {
            digest.update(block);
        }

        /** May be called once. */
        Checksum checksum() {
            return Checksum.sha256(digest.digest());
        }
    }
}
