package chasqui.preflight;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.topology.DataLocation;
import chasqui.topology.StorageType;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;

/** The places of the same site that work at a location reads from or writes to: one of them is enough. */
final class OtherEndCheck {
    static final String NAME = "other end";

    private OtherEndCheck() {}

    /** @param others of the same site; a bucket is reached by everybody */
    static List<Finding> look(DataLocation location, List<DataLocation> others, boolean toWrite) {
        boolean reached = others.stream()
                .anyMatch(other -> other.storage() != StorageType.DISK
                        || Files.isDirectory(other.root())
                                && Files.isReadable(other.root())
                                && (!toWrite || Files.isWritable(other.root())));
        if (!reached) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    "work at %s needs one of %s too, and none can be %s from here: mount it, or serve %s from a machine that reaches both"
                            .formatted(
                                    location,
                                    others.stream()
                                            .map(other -> other + " (" + other.root() + ")")
                                            .collect(Collectors.joining(", ")),
                                    toWrite ? "written to" : "read",
                                    location));
        }
        return List.of();
    }
}
