package chasqui.storage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names for what one attempt has not finished: {@code ROOT/.chasqui/tmp/op-OPERATION-TOKEN-…}. What earlier attempts of
 * the same operation left there is removed; if one of them still runs, it finds its file gone and can publish nothing.
 */
public final class Temporaries implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("op-([0-9]{1,18})-.+");

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
        Path folder = folder(root);
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

    /** One name that some attempt has made and not yet published or removed. */
    public record Left(long operationId, Path path) {
        /** Removes it with all that lies in it; another process may be doing the same. */
        public void remove() throws IOException {
            Temporaries.remove(path);
        }
    }

    /**
     * What attempts of all operations have here now, under way or dead; empty where no work was done yet. Names that are
     * not of our making are left out.
     *
     * @param root an existing folder
     * @throws StorageException the folder is reached through a symbolic link
     */
    public static List<Left> left(Path root) throws IOException {
        DurableFiles.requireContained(root, folder(root).resolve("op"));
        List<Left> left = new ArrayList<>();
        try {
            for (Path path : list(folder(root), "op-*")) {
                Matcher name = NAME.matcher(path.getFileName().toString());
                if (name.matches()) {
                    left.add(new Left(Long.parseLong(name.group(1)), path));
                }
            }
        } catch (NoSuchFileException neverUsed) {
            return List.of();
        }
        return List.copyOf(left);
    }

    private static Path folder(Path root) {
        return root.resolve(DurableFiles.OWN_FOLDER).resolve("tmp");
    }

    private void remove(String glob) throws IOException {
        for (Path path : list(folder, glob)) {
            remove(path);
        }
    }

    private static List<Path> list(Path folder, String glob) throws IOException {
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder, glob)) {
            List<Path> list = new ArrayList<>();
            names.forEach(list::add);
            return list;
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
    }

    private static void remove(Path path) throws IOException {
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
