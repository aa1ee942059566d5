package chasqui.filing;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import chasqui.topology.StorageType;
import chasqui.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The SOURCE location that a folder lies in.
 *
 * @param root its root as the file system knows it, free of symbolic links
 * @param folder the folder to file, likewise; below the root or the root itself
 * @param foreign roots of other locations: what lies in them is not the instrument's
 */
record Source(DataLocation location, Path root, Path folder, Set<Path> foreign) {

    /** @throws FilingRefused there is no such folder, or it lies in no active SOURCE location */
    static Source of(Path directory, Topology topology) {
        Path folder = real(directory);
        Map<DataLocation, Path> roots = new HashMap<>();
        for (DataLocation location : topology.locations()) {
            if (location.storage() == StorageType.DISK) {
                roots.put(location, realIfThere(location.root()));
            }
        }
        DataLocation source = roots.keySet().stream()
                .filter(location -> location.type() == LocationType.SOURCE && location.active())
                .filter(location -> folder.startsWith(roots.get(location)))
                .max(Comparator.comparing(location -> roots.get(location).getNameCount()))
                .orElseThrow(
                        () -> new FilingRefused(directory + ": lies in no active SOURCE location; " + known(roots)));
        Path root = roots.remove(source);
        Set<Path> foreign = roots.values().stream()
                .filter(other -> other.startsWith(root) && !other.equals(root))
                .collect(Collectors.toUnmodifiableSet());
        if (foreign.stream().anyMatch(folder::startsWith)) {
            throw new FilingRefused(directory + ": lies in another data location inside " + source.label()
                    + "; file a folder that only the instrument writes to");
        }
        return new Source(source, root, folder, foreign);
    }

    /**
     * A location as a whole.
     *
     * @param roots know the roots of the others, whose disks nobody waits for here
     * @throws ChasquiException (location, retryable) its root cannot be reached now
     */
    static Source at(DataLocation location, Topology topology, Roots roots) {
        Path root;
        try {
            root = location.root().toRealPath();
        } catch (IOException absent) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    location.label() + ": its root " + location.root() + " cannot be reached (" + absent
                            + "); mount or repair it, then send this again",
                    absent);
        }
        List<Path> others = topology.locations().stream()
                .filter(other -> other.storage() == StorageType.DISK && other.id() != location.id())
                .map(DataLocation::root)
                .toList();
        Set<Path> foreign = roots.real(others).stream()
                .filter(other -> other.startsWith(root) && !other.equals(root))
                .collect(Collectors.toUnmodifiableSet());
        return new Source(location, root, root, foreign);
    }

    private static String known(Map<DataLocation, Path> roots) {
        String sources = roots.keySet().stream()
                .filter(location -> location.type() == LocationType.SOURCE && location.active())
                .map(location -> location.label() + " at " + location.root())
                .sorted()
                .collect(Collectors.joining(", "));
        return sources.isEmpty()
                ? "there is none; add one with chasqui topology apply"
                : "file a folder below one of: " + sources;
    }

    private static Path real(Path directory) {
        try {
            Path real = directory.toRealPath();
            if (!Files.isDirectory(real)) {
                throw new FilingRefused(directory + ": is not a folder; name the folder that holds the files");
            }
            return real;
        } catch (IOException failure) {
            throw new FilingRefused(
                    directory + ": there is no such folder, or it cannot be reached; check its name", failure);
        }
    }

    private static Path realIfThere(Path root) {
        try {
            return root.toRealPath();
        } catch (IOException absentHere) {
            // A location of another machine, or one that is not mounted: nothing here lies in it.
            return root;
        }
    }
}
