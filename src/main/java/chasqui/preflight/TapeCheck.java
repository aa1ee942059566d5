package chasqui.preflight;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.storage.Progress;
import chasqui.storage.TapeLibrary;
import chasqui.topology.DataLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A tape library: does its query command answer, and is the folder for what comes back there. */
final class TapeCheck {
    static final String NAME = "tape";
    /** Nothing has this name; whatever the library says of it is an answer. */
    private static final String NOBODY = "chasqui-preflight";

    private TapeCheck() {}

    static List<Finding> look(DataLocation location, TapeLibrary library) throws IOException {
        library.query(NOBODY, Progress.NONE);
        Path root = location.tape().recallRoot();
        if (!Files.isDirectory(root)) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    "the folder for what comes back from tape, " + root
                            + ", is not there; mount it or correct recall_root");
        }
        return DiskCheck.written(root);
    }
}
