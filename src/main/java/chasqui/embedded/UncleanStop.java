package chasqui.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the store below leaves behind when its process dies while objects are being written: half-written objects that
 * a listing would show, and the parts of unfinished uploads. A marker file tells whether there was such a death.
 */
final class UncleanStop {
    private static final Logger LOG = LoggerFactory.getLogger(UncleanStop.class);
    private static final String PARTS_PREFIX = ".mpus-";
    /** As Java names it; the kernel has another {@code user.} in front. */
    private static final String WHOLE = "user.content-md5";

    private static final Pattern UNFINISHED =
            Pattern.compile(".+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private final Path objects;
    private final Path marker;

    UncleanStop(Path objects, Path marker) {
        this.objects = objects;
        this.marker = marker;
    }

    /** Removes the leavings of a death, if there was one, and notes that the store is in use from now on. */
    void cleanAndMark() throws IOException {
        if (Files.exists(marker)) {
            int removed = 0;
            for (Path bucket : children(objects)) {
                removed += Files.isDirectory(bucket, LinkOption.NOFOLLOW_LINKS) ? clean(bucket) : 0;
            }
            LOG.info("the embedded S3 store was not closed last time: {} unfinished uploads removed", removed);
        }
        PrivateFiles.write(marker, "");
    }

    void closedWell() throws IOException {
        Files.deleteIfExists(marker);
        PrivateFiles.sync(marker.getParent());
    }

    private static int clean(Path bucket) throws IOException {
        int removed = 0;
        for (Path entry : children(bucket)) {
            if (entry.getFileName().toString().startsWith(PARTS_PREFIX)) {
                PrivateFiles.deleteTree(entry);
                removed++;
            }
        }
        try (Stream<Path> all = Files.walk(bucket)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && unfinished(path)) {
                    Files.delete(path);
                    removed++;
                }
            }
        }
        return removed;
    }

    /** A complete object has its digest beside it; a second link means that it was published under its own name. */
    private static boolean unfinished(Path file) throws IOException {
        if (!UNFINISHED.matcher(file.getFileName().toString()).matches()) {
            return false;
        }
        boolean published = (Integer) Files.getAttribute(file, "unix:nlink") > 1;
        return published
                || !Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
                        .list()
                        .contains(WHOLE);
    }

    /** Fails with the reason when files in {@code folder} cannot carry the attributes that the store keeps there. */
    static void requireAttributes(Path folder) throws IOException {
        Path probe = Files.createTempFile(folder, "attribute-probe", "");
        try {
            UserDefinedFileAttributeView view = Files.getFileAttributeView(probe, UserDefinedFileAttributeView.class);
            if (view == null) {
                throw new IOException("no user attributes");
            }
            view.write("probe", ByteBuffer.wrap(new byte[] {1}));
        } catch (IOException | UnsupportedOperationException e) {
            throw new ObjectStoreNotStarted(
                    "the file system of %s keeps no extended attributes (user.*), which the embedded S3 store needs for the objects' metadata: put the home on ext4, XFS, btrfs or ZFS with --home DIR, or configure an S3 store of your own"
                            .formatted(folder),
                    e);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
