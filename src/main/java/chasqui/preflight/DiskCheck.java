package chasqui.preflight;

import chasqui.storage.DurableFiles;
import chasqui.storage.StorageFull;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import chasqui.topology.LocationType;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * A folder: is it there and mounted, and does it keep what is written. No room is told and stops nothing: what deletes
 * and what sends away must go on.
 */
final class DiskCheck {
    static final String NAME = "disk";
    static final String DELETION = "deletion";

    private DiskCheck() {}

    /** @param used whether copies are registered at a location */
    static List<Finding> look(DataLocation location, LongPredicate used) throws IOException {
        Path root = DiskRoot.require(location);
        requireReadable(root);
        if (DiskRoot.isMounted(location)) {
            return location.type() == LocationType.SOURCE ? source(location, root) : written(own(root));
        }
        // What is made in a mount point without its mount would make it look mounted for ever.
        if (location.type() == LocationType.SOURCE) {
            return List.of();
        }
        DiskRoot.requireForWriting(location, used.test(location.id()));
        return written(root);
    }

    /** A folder of a TAPE location on a disk. */
    static List<Finding> written(Path folder) throws IOException {
        try {
            DiskTrial.in(folder);
            return List.of();
        } catch (StorageFull full) {
            return List.of(Finding.told(NAME, full.getMessage() + "; what needs room there fails until there is some"));
        }
    }

    /** Instruments write there, and we only delete. */
    private static List<Finding> source(DataLocation location, Path root) {
        try {
            return written(own(root));
        } catch (IOException failure) {
            return List.of(new Finding(
                    NAME, List.of(DELETION), "nothing can be deleted from " + location + ": " + failure.getMessage()));
        }
    }

    private static Path own(Path root) throws IOException {
        Path folder = root.resolve(DurableFiles.OWN_FOLDER).resolve("tmp");
        DurableFiles.createFolders(root, folder);
        return folder;
    }

    private static void requireReadable(Path root) throws IOException {
        try (DirectoryStream<Path> names = Files.newDirectoryStream(root)) {
            names.iterator().hasNext();
        }
    }
}
