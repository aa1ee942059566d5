package chasqui.packaging;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a sequence of files into packages: each takes files in order as long as they fit. A file larger than the cap is a
 * package of its own.
 */
final class GreedySplit {
    /** So that a package's list of contents stays small enough to be held and parsed anywhere. */
    static final int MOST_FILES = 50_000;

    static final long MOST_NAME_CHARACTERS = 16L << 20;

    private final long sizeCap;
    private final List<Piece> full = new ArrayList<>();
    private List<Long> files = new ArrayList<>();
    private long bytes;
    private long nameCharacters;

    GreedySplit(long sizeCap) {
        this.sizeCap = sizeCap;
    }

    /** Files of one package, in order. */
    record Piece(List<Long> files, long bytes) {}

    /** @param names characters that the file's path and link target take */
    void add(long file, long sizeBytes, int names) {
        boolean fits = bytes + sizeBytes <= sizeCap && nameCharacters + names <= MOST_NAME_CHARACTERS;
        if (!fits) {
            close();
        }
        files.add(file);
        bytes += sizeBytes;
        nameCharacters += names;
        if (bytes >= sizeCap || files.size() == MOST_FILES) {
            close();
        }
    }

    private void close() {
        open().ifPresent(full::add);
        files = new ArrayList<>();
        bytes = 0;
        nameCharacters = 0;
    }

    /** Packages to which nothing more can be added. */
    List<Piece> full() {
        return full;
    }

    /** The last package, which has room left. */
    Optional<Piece> open() {
        return files.isEmpty() ? Optional.empty() : Optional.of(new Piece(files, bytes));
    }
}
