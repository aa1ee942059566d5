package chasqui.storage;

import java.util.HexFormat;
import java.util.Map;

/**
 * A digest with its algorithm, written {@code xxh64:0123456789abcdef} or {@code sha256:…}.
 *
 * @param algorithm {@code xxh64} or {@code sha256}
 * @param hex the digest in lower-case hexadecimal, most significant byte first
 */
public record Checksum(String algorithm, String hex) {
    public static final String XXH64 = "xxh64";
    public static final String SHA256 = "sha256";
    private static final Map<String, Integer> HEX_DIGITS = Map.of(XXH64, 16, SHA256, 64);

    public Checksum {
        Integer digits = HEX_DIGITS.get(algorithm);
        if (digits == null) {
            throw new IllegalArgumentException("checksum algorithm '" + algorithm + "': only xxh64 and sha256 exist");
        }
        if (hex.length() != digits || !isLowerHex(hex)) {
            throw new IllegalArgumentException(
                    "checksum " + algorithm + ":" + hex + ": must have " + digits + " lower-case hexadecimal digits");
        }
    }

    public static Checksum xxHash64(long digest) {
        return new Checksum(XXH64, HexFormat.of().toHexDigits(digest));
    }

    public static Checksum sha256(byte[] digest) {
        return new Checksum(SHA256, HexFormat.of().formatHex(digest));
    }

    /** @throws IllegalArgumentException the text is not {@code algorithm:hex} of a known algorithm */
    public static Checksum parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("checksum '" + text + "': must be written algorithm:hex");
        }
        return new Checksum(text.substring(0, colon), text.substring(colon + 1));
    }

    private static boolean isLowerHex(String hex) {
        return hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }
}
