package chasqui.storage;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The target of a symbolic link as bytes. */
public final class LinkTarget {
    private LinkTarget() {}

    /** The percent-encoded bytes of a link's target, for {@link PackageEntry#linkTargetEncoded()}. */
    public static String encodedOf(Path link) throws IOException {
        return PercentCode.encode(bytesOf(link));
    }

    static byte[] bytesOf(Path link) throws IOException {
        Path target = Files.readSymbolicLink(link);
        byte[] raw = target.isAbsolute()
                ? RelativePath.decodeUri(target.toUri().getRawPath())
                : RelativePath.rawBytes(target);
        // A URI gets a slash at its end where the target is a folder: the link's own length tells.
        int length = Math.toIntExact(FileFacts.of(link).sizeBytes());
        if (raw.length != length && raw.length != length + 1) {
            throw new SourceChanged(link, length + " bytes", raw.length + " bytes");
        }
        return Arrays.copyOf(raw, length);
    }

    /**
     * Whether a link of a package can be made without a way out of the folder it is unpacked into: relative, going up
     * only at its beginning, and not above that folder.
     *
     * <p>Going up after going down is refused because another link may lie in between; going down through other links
     * is safe, as each of them leads inside by this same rule.
     */
    static boolean staysInside(RelativePath link, byte[] target) {
        int depth = (int) link.encoded().chars().filter(c -> c == '/').count();
        String text = PercentCode.encode(target);
        if (text.isEmpty() || text.startsWith("/") || text.contains("%00")) {
            return false;
        }
        boolean down = false;
        for (String component : text.split("/")) {
            if (component.equals("..")) {
                if (down || --depth < 0) {
                    return false;
                }
            } else if (!component.isEmpty() && !component.equals(".")) {
                down = true;
            }
        }
        return true;
    }

    /** Makes a link with exactly this target, or says that it cannot. */
    static boolean create(Path link, byte[] target) throws IOException {
        Path absolute = Path.of(URI.create("file:///" + PercentCode.encode(target)));
        if (absolute.getNameCount() == 0) {
            return false;
        }
        Path relative = absolute.subpath(0, absolute.getNameCount());
        if (!Arrays.equals(RelativePath.rawBytes(relative), target)) {
            return false;
        }
        Files.createSymbolicLink(link, relative);
        return true;
    }
}
