package chasqui.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/**
 * What is kept of a token, which is not the token.
 *
 * @param hash of the token, {@code sha256:hex}: it has so many random bits that no slow hash is needed
 * @param instrument the only one that it files for; null: any
 * @param expiresAt null: never
 * @param revokedAt null: it was not
 */
public record Token(
        String name,
        Role role,
        String instrument,
        String hash,
        Instant createdAt,
        Instant expiresAt,
        Instant revokedAt) {
    private static final String BEGINNING = "chasqui_";

    /** A new token of a secret. */
    static String text(String secret) {
        return BEGINNING + secret;
    }

    static String hashOf(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Whether it opens the door at a time. */
    public boolean good(Instant now) {
        return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
    }
}
