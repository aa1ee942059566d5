package chasqui.storage;

import java.nio.file.Path;

/** A file was written to, replaced or removed while it was being read. */
public final class SourceChanged extends StorageException {
    private static final long serialVersionUID = 1L;

    SourceChanged(Path file, Object before, Object after) {
        super(file + ": changed while it was being read (before: " + before + ", after: " + after
                + "); try again when its writer has finished");
    }
}
