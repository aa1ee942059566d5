package chasqui.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/**
 * What the file system says about one name, without following it if it is a link.
 *
 * @param sizeBytes size in bytes; of a symbolic link, the length of its target
 * @param modified last change of the content, in the file system's resolution (nanoseconds where it has them)
 * @param fileKey {@code device:inode} in decimal
 */
public record FileFacts(long sizeBytes, Instant modified, String fileKey, Kind kind) {

    /** FILE and SYMLINK can be packed; OTHER (folder, FIFO, socket, device) cannot. */
    public enum Kind {
        FILE,
        SYMLINK,
        OTHER
    }

    private static final int TYPE_MASK = 0170000;
    private static final int REGULAR = 0100000;
    private static final int LINK = 0120000;

    /** @throws java.nio.file.NoSuchFileException nothing has this name */
    public static FileFacts of(Path file) throws IOException {
        Map<String, Object> facts =
                Files.readAttributes(file, "unix:mode,size,lastModifiedTime,dev,ino", LinkOption.NOFOLLOW_LINKS);
        Kind kind =
                switch ((int) facts.get("mode") & TYPE_MASK) {
                    case REGULAR -> Kind.FILE;
                    case LINK -> Kind.SYMLINK;
                    default -> Kind.OTHER;
                };
        return new FileFacts(
                (long) facts.get("size"),
                ((FileTime) facts.get("lastModifiedTime")).toInstant(),
                facts.get("dev") + ":" + facts.get("ino"),
                kind);
    }
}
