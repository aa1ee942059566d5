package chasqui.storage;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Names for what one attempt has not finished: {@code ROOT/.chasqui/tmp/op-OPERATION-TOKEN-…}. What earlier attempts of
 * the same operation left there is removed; if one of them still runs, it finds its file gone and can publish nothing.
 */
public final class Temporaries implements AutoCloseable {
    private final Path folder;
    private final String prefix;

    private Temporaries(Path folder, String prefix) {
        this.folder = folder;
        this.prefix = prefix;
    }

    /**
     * Makes the folder and removes what earlier attempts left.
     *
     * @param root an existing folder
     * @param token of this attempt's lease
     */
    public static Temporaries begin(Path root, long operationId, UUID token) throws IOException {
        Path folder = root.resolve(DurableFiles.OWN_FOLDER).resolve("tmp");
        DurableFiles.createFolders(root, folder);
        Temporaries ours = new Temporaries(folder, "op-" + operationId + "-" + token + "-");
        ours.remove("op-" + operationId + "-*");
        return ours;
    }

    /** A name of this attempt; nothing has it yet. */
    public Path name(String suffix) {
        return folder.resolve(prefix + suffix);
    }

    /** Removes what this attempt did not publish. */
    public void remove() throws IOException {
        remove(prefix + "*");
    }

    /** As {@link #remove}. */
    @Override
    public void close() throws IOException {
        remove();
    }

    private void remove(String glob) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, glob)) {
            for (Path path : left) {
                if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    IOException failures = new IOException(path + ": cannot be emptied");
                    DurableFiles.emptyFolder(path, failures);
                    if (failures.getSuppressed().length > 0) {
                        throw failures;
                    }
                }
                Files.deleteIfExists(path);
            }
        }
    }
}
