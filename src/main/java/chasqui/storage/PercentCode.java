package chasqui.storage;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes as percent-encoded text, in exactly one way: RFC 3986 unreserved characters and the slash stand for themselves. */
final class PercentCode {
    private static final String HEX = "0123456789ABCDEF";
    private static final boolean[] PLAIN = new boolean[128];

    static {
        String plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
        plain.chars().forEach(c -> PLAIN[c] = true);
    }

    private PercentCode() {}

    static String encode(byte[] raw) {
        StringBuilder text = new StringBuilder(raw.length + 16);
        for (byte b : raw) {
            int unsigned = b & 0xff;
            if (unsigned < 128 && PLAIN[unsigned]) {
                text.append((char) unsigned);
            } else {
                text.append('%').append(HEX.charAt(unsigned >> 4)).append(HEX.charAt(unsigned & 15));
            }
        }
        return text.toString();
    }

    /** @throws IllegalArgumentException the text is not in the one form that {@link #encode} makes */
    static byte[] decode(String text) {
        byte[] raw = new byte[text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i = next(text, i)) {
            raw[length++] = (byte) byteAt(text, i);
        }
        return Arrays.copyOf(raw, length);
    }

    /** The unsigned byte that begins at this position of a text. */
    static int byteAt(String text, int position) {
        char c = text.charAt(position);
        if (c < 128 && PLAIN[c]) {
            return c;
        }
        int high = c == '%' && position + 2 < text.length() ? HEX.indexOf(text.charAt(position + 1)) : -1;
        int low = high < 0 ? -1 : HEX.indexOf(text.charAt(position + 2));
        int value = high << 4 | low;
        if (low < 0 || (value < 128 && PLAIN[value])) {
            throw new IllegalArgumentException("'" + text + "': not percent-encoded in the one form used here, at "
                    + position + " (capital hexadecimal, and only where it is needed)");
        }
        return value;
    }

    static int next(String text, int position) {
        return text.charAt(position) == '%' ? position + 3 : position + 1;
    }

    /** For people: UTF-8 as it is, and control characters, backslashes and bytes that are not UTF-8 as {@code \xNN}. */
    static String readable(byte[] raw) {
        StringBuilder text = new StringBuilder(raw.length);
        for (int i = 0; i < raw.length; ) {
            int length = utf8Length(raw[i]);
            String character = length == 0 || i + length > raw.length ? null : decodeStrictly(raw, i, length);
            if (character == null || !shows(character.codePointAt(0))) {
                int escaped = character == null ? 1 : length;
                for (int k = 0; k < escaped; k++) {
                    text.append(String.format("\\x%02x", raw[i + k] & 0xff));
                }
                i += escaped;
            } else {
                text.append(character);
                i += length;
            }
        }
        return text.toString();
    }

    private static boolean shows(int codePoint) {
        return switch (Character.getType(codePoint)) {
            // Also format characters: a right-to-left override must not disguise a name in a log.
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> codePoint != '\\';
        };
    }

    private static int utf8Length(byte first) {
        int unsigned = first & 0xff;
        if (unsigned < 0x80) {
            return 1;
        }
        return unsigned < 0xc2 ? 0 : unsigned < 0xe0 ? 2 : unsigned < 0xf0 ? 3 : unsigned < 0xf5 ? 4 : 0;
    }

    private static String decodeStrictly(byte[] raw, int from, int length) {
        try {
            CharBuffer decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(raw, from, length));
            return decoded.toString();
        } catch (CharacterCodingException notUtf8) {
            return null;
        }
    }
}
