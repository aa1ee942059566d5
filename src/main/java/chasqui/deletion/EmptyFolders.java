package chasqui.deletion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Folders that lost their last file: removed from the bottom up, as long as the file system itself calls them empty. */
final class EmptyFolders {
    private static final Logger log = LoggerFactory.getLogger(EmptyFolders.class);

    private final Path root;
    private final Set<Path> folders =
            new TreeSet<>(Comparator.comparingInt(Path::getNameCount).reversed().thenComparing(Path::compareTo));

    EmptyFolders(Path root) {
        this.root = root;
    }

    void lost(Path file) {
        for (Path folder = file.getParent(); !folder.equals(root); folder = folder.getParent()) {
            folders.add(folder);
        }
    }

    /** Never fails: an empty folder that stays does no harm. */
    void remove() {
        for (Path folder : folders) {
            try {
                if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                    Files.delete(folder);
                }
            } catch (IOException inUse) {
                log.debug("{} stays: {}", folder, inUse.toString());
            }
        }
    }
}
