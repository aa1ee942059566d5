package chasqui.filing;

import chasqui.storage.FileFacts;
import chasqui.storage.RelativePath;
import java.nio.file.Path;

/** A file or symbolic link that the walk met. */
record Found(Path file, RelativePath path, FileFacts facts) {
    String readable() {
        return path.readable();
    }
}
