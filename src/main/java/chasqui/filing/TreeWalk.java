package chasqui.filing;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Walks a tree in order of its names' bytes. Symbolic links are not followed, and a folder of any size is read in
 * windows: only so many names are in memory at once.
 */
final class TreeWalk {
    private static final int WINDOW = 20_000;

    private final Visitor visitor;
    private final int window;

    /** Told what the walk meets. */
    interface Visitor {
        /** A name that may be a file, a link, a folder or anything else; true to go into it. */
        boolean meet(Path path);

        /** A folder that cannot be read. */
        void unreadable(Path folder, IOException failure);
    }

    TreeWalk(Visitor visitor) {
        this(visitor, WINDOW);
    }

    TreeWalk(Visitor visitor, int window) {
        this.visitor = visitor;
        this.window = window;
    }

    void walk(Path folder) {
        Path last = null;
        List<Path> names;
        do {
            try {
                names = namesAfter(folder, last);
            } catch (IOException failure) {
                visitor.unreadable(folder, failure);
                return;
            }
            for (Path name : names) {
                Path path = folder.resolve(name);
                if (visitor.meet(path)) {
                    walk(path);
                }
                last = name;
            }
        } while (names.size() == window);
    }

    /** The next names of a folder in order, as many as the window takes. */
    private List<Path> namesAfter(Path folder, Path last) throws IOException {
        PriorityQueue<Path> smallest = new PriorityQueue<>(Comparator.reverseOrder());
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path path : all) {
                Path name = path.getFileName();
                if (last == null || name.compareTo(last) > 0) {
                    smallest.add(name);
                    if (smallest.size() > window) {
                        smallest.poll();
                    }
                }
            }
        } catch (DirectoryIteratorException broken) {
            throw broken.getCause();
        }
        List<Path> names = new ArrayList<>(smallest);
        Collections.sort(names);
        return names;
    }
}
