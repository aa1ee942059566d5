package chasqui.filing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The UUID of a raw data file follows from what the file is: where it lies, its size, its bytes. Whoever files the
 * same again, through whichever door, touched or restored, whether anybody remembers the first time or not, is told the
 * same.
 */
final class FileIdentity {
    private static final int VERSION_8 = 0x80;
    private static final int VARIANT_RFC = 0x80;

    private FileIdentity() {}

    /**
     * A UUID of version 8 (RFC 9562): the first bits of a SHA-256.
     *
     * @param location {@code site/name}
     * @param path below its root, percent-encoded
     * @param sha256 of the content, {@code sha256:hex}
     */
    static UUID of(String location, String path, long sizeBytes, String sha256) {
        String text = String.join("\n", "chasqui raw data file", location, path, Long.toString(sizeBytes), sha256);
        byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
        digest[6] = (byte) (digest[6] & 0x0f | VERSION_8);
        digest[8] = (byte) (digest[8] & 0x3f | VARIANT_RFC);
        ByteBuffer bits = ByteBuffer.wrap(digest);
        return new UUID(bits.getLong(), bits.getLong());
    }
}
