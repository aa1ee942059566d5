package chasqui.storage;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A file's path below a location's root, kept byte for byte. It cannot name anything outside that root.
 *
 * <p>Names are bytes to the kernel: spaces, newlines, leading dashes and bytes that are no UTF-8 are all legal. What
 * is not: an absolute path, an empty component, {@code .} or {@code ..}, a NUL, a component of more than 255 bytes,
 * a path of more than 4,095 bytes.
 *
 * @param encoded the raw bytes, percent-encoded in the one form that {@link #of} makes, components separated by '/'
 */
public record RelativePath(String encoded) implements Comparable<RelativePath> {
    private static final int MAX_COMPONENT_BYTES = 255;
    private static final int MAX_BYTES = 4095;

    /** Nothing exists below a device, so that no lookup of the file system can colour what is encoded. */
    private static final Path NOWHERE = Path.of("/dev/null");

    public RelativePath {
        validate(encoded);
    }

    /**
     * The path of a file relative to a root. The file need not exist and is not looked at.
     *
     * @throws IllegalArgumentException the file is not strictly below the root, or its path is not legal
     */
    public static RelativePath of(Path root, Path file) {
        Path from = root.toAbsolutePath();
        Path to = file.toAbsolutePath();
        if (!to.startsWith(from) || to.getNameCount() <= from.getNameCount()) {
            throw new IllegalArgumentException(file + ": is not below " + root);
        }
        return ofRaw(rawBytes(to.subpath(from.getNameCount(), to.getNameCount())));
    }

    /** The path with these raw bytes. */
    public static RelativePath ofRaw(byte[] raw) {
        return new RelativePath(PercentCode.encode(raw));
    }

    /** The path whose bytes are the UTF-8 form of a text, for names that we make ourselves. */
    public static RelativePath ofText(String text) {
        return ofRaw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** This path below a root. Links on the way are not looked at: see {@link DurableFiles#createFolders}. */
    public Path under(Path root) {
        Path relative = Path.of(URI.create("file:///" + encoded));
        return root.resolve(relative.subpath(0, relative.getNameCount()));
    }

    /** The raw bytes of the path. */
    public byte[] bytes() {
        return PercentCode.decode(encoded);
    }

    /** For people and logs only: control characters and bytes that are not UTF-8 are shown as {@code \xNN}. */
    public String readable() {
        return encoded.indexOf('%') < 0 ? encoded : PercentCode.readable(bytes());
    }

    /** Orders by the unsigned raw bytes, as {@code LC_ALL=C sort} does. */
    @Override
    public int compareTo(RelativePath other) {
        String left = encoded;
        String right = other.encoded;
        int i = 0;
        int k = 0;
        while (i < left.length() && k < right.length()) {
            int difference = PercentCode.byteAt(left, i) - PercentCode.byteAt(right, k);
            if (difference != 0) {
                return difference;
            }
            i = PercentCode.next(left, i);
            k = PercentCode.next(right, k);
        }
        return (left.length() - i) - (right.length() - k);
    }

    @Override
    public String toString() {
        return readable();
    }

    /** The exact bytes of a relative path of the default file system. */
    static byte[] rawBytes(Path relative) {
        String uri = NOWHERE.resolve(relative).toUri().getRawPath();
        return decodeUri(uri.substring("/dev/null/".length()));
    }

    /** As a URI writes it: more characters stand for themselves than in our own form. */
    static byte[] decodeUri(String text) {
        byte[] raw = new byte[text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                raw[length++] = (byte) Integer.parseInt(text.substring(i + 1, i + 3), 16);
                i += 2;
            } else {
                raw[length++] = (byte) c;
            }
        }
        return java.util.Arrays.copyOf(raw, length);
    }

    private static void validate(String encoded) {
        int componentBytes = 0;
        int dots = 0;
        int bytes = 0;
        for (int i = 0; i < encoded.length(); i = PercentCode.next(encoded, i)) {
            int b = PercentCode.byteAt(encoded, i);
            bytes++;
            if (b == 0) {
                throw refused(encoded, "a NUL byte");
            }
            if (b == '/') {
                checkComponent(encoded, componentBytes, dots);
                componentBytes = 0;
                dots = 0;
            } else {
                componentBytes++;
                dots += b == '.' ? 1 : 0;
            }
        }
        checkComponent(encoded, componentBytes, dots);
        if (bytes > MAX_BYTES) {
            throw refused(encoded, "more than " + MAX_BYTES + " bytes");
        }
    }

    private static void checkComponent(String encoded, int bytes, int dots) {
        if (bytes == 0) {
            throw refused(encoded, "an empty component, or a slash at one end");
        }
        if (bytes == dots && dots <= 2) {
            throw refused(encoded, "a component '.' or '..'");
        }
        if (bytes > MAX_COMPONENT_BYTES) {
            throw refused(encoded, "a component of more than " + MAX_COMPONENT_BYTES + " bytes");
        }
    }

    private static IllegalArgumentException refused(String encoded, String has) {
        return new IllegalArgumentException("path '" + encoded + "' has " + has + ": a path below a root must not");
    }
}
