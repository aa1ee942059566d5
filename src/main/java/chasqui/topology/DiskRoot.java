package chasqui.topology;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.storage.DurableFiles;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells a location that is not there from a file that is not there: the first is nobody's fault but the mount's. */
public final class DiskRoot {
    private DiskRoot() {}

    /**
     * The root of a DISK location.
     *
     * @throws ChasquiException (location, retryable) the folder is not there
     */
    public static Path require(DataLocation location) {
        if (location.root() == null) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    location + " is " + location.storage() + ", but this work needs a folder; correct the topology");
        }
        if (!Files.isDirectory(location.root())) {
            throw gone(location);
        }
        return location.root();
    }

    /**
     * The root of a DISK location to write to.
     *
     * @param used copies are registered there, so that work has been done in it
     * @throws ChasquiException (location, retryable) the folder is not there, or is a mount point without its mount
     */
    public static Path requireForWriting(DataLocation location, boolean used) {
        Path root = require(location);
        if (used && !isMounted(location)) {
            throw gone(location);
        }
        return root;
    }

    /**
     * What to throw about a registered file that cannot be found: a failure of the location when the location itself is
     * not there, else of the item.
     */
    public static ChasquiException missing(DataLocation location, Path file, String what) {
        if (!isMounted(location)) {
            return gone(location);
        }
        return new ChasquiException(
                FailureKind.ITEM, true, what + ": " + file + " is not there, although " + location + " is");
    }

    /**
     * Whether the location is there and work has been done in it: what it lacks then is really missing. The first work
     * in every location makes our own folder, so that a mount point without it is not mounted.
     */
    public static boolean isMounted(DataLocation location) {
        return Files.isDirectory(require(location).resolve(DurableFiles.OWN_FOLDER));
    }

    /** Where bytes from another site lie until they are verified. */
    public static Path incoming(DataLocation location, String name) {
        return incoming(location.root(), name);
    }

    /** The same, below the root of a location. */
    public static Path incoming(Path root, String name) {
        return root.resolve(DurableFiles.OWN_FOLDER).resolve("incoming").resolve(name);
    }

    private static ChasquiException gone(DataLocation location) {
        return new ChasquiException(
                FailureKind.LOCATION,
                true,
                location + ": " + location.root() + " is not there; mount it or correct its path, work then goes on");
    }
}
