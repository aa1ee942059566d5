package chasqui.storage;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Files that were to be packed are gone, unreadable or not what was registered. No package was written. */
public final class SourceFilesUnusable extends StorageException {
    private static final long serialVersionUID = 1L;
    private static final int NAMED = 5;
    private final transient List<Unusable> files;

    /** One file and why it cannot be packed, for example {@code vanished}. */
    public record Unusable(RelativePath path, String reason) {}

    SourceFilesUnusable(List<Unusable> found) {
        super(describe(found));
        files = found.stream().sorted(Comparator.comparing(Unusable::path)).toList();
    }

    /** All that were found, sorted by path. */
    public List<Unusable> files() {
        return files;
    }

    private static String describe(List<Unusable> found) {
        String first = found.stream()
                .sorted(Comparator.comparing(Unusable::path))
                .limit(NAMED)
                .map(file -> file.path().readable() + ": " + file.reason())
                .collect(Collectors.joining("; "));
        String rest = found.size() > NAMED ? "; and " + (found.size() - NAMED) + " more" : "";
        return found.size() + " of the files to pack cannot be used: " + first + rest;
    }
}
