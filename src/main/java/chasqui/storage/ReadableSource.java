package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Bytes that can be read from their beginning: a file, or for instance a download. */
public sealed interface ReadableSource {

    /** For messages: where the bytes come from. */
    String name();

    /** Opens the bytes at their beginning; the reader closes them. Called once per pass. */
    InputStream open() throws IOException;

    /** A file; a symbolic link is refused. */
    static ReadableSource of(Path file) {
        return new OfFile(file);
    }

    /** Anything that can be opened as a stream. */
    static ReadableSource of(String name, Opening opening) {
        return new OfStream(name, opening);
    }

    /** How to open the bytes. */
    @FunctionalInterface
    interface Opening {
        InputStream open() throws IOException;
    }

    /** A file can be read at several places at once. */
    record OfFile(Path file) implements ReadableSource {
        @Override
        public String name() {
            return file.toString();
        }

        @Override
        public InputStream open() throws IOException {
            return Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** A stream that is opened for each pass. */
    record OfStream(String name, Opening opening) implements ReadableSource {
        @Override
        public InputStream open() throws IOException {
            return opening.open();
        }
    }
}
