package chasqui.filing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of the journal that is written to. */
final class JournalFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(JournalFile.class);

    private final long number;
    private final FileChannel channel;
    private final Forcing forcing;
    /** End of the last whole line. */
    private volatile long written;

    private volatile boolean broken;

    /** Makes durable what was written to a channel. */
    @FunctionalInterface
    interface Forcing {
        Forcing DISK = channel -> channel.force(false);

        void force(FileChannel channel) throws IOException;
    }

    private JournalFile(long number, FileChannel channel, Forcing forcing) {
        this.number = number;
        this.channel = channel;
        this.forcing = forcing;
    }

    static Path name(Path folder, long number) {
        return folder.resolve("%019d.journal".formatted(number));
    }

    static boolean isOne(Path file) {
        return file.getFileName().toString().matches("[0-9]{19}\\.journal");
    }

    static long number(Path file) {
        return Long.parseLong(file.getFileName().toString().substring(0, 19));
    }

    static JournalFile create(Path folder, long number, Forcing forcing) throws IOException {
        return new JournalFile(
                number,
                FileChannel.open(name(folder, number), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                forcing);
    }

    /**
     * Writes whole lines, or nothing.
     *
     * @return where they end
     */
    long append(byte[] lines) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(lines);
        long position = written;
        try {
            while (rest.hasRemaining()) {
                position += channel.write(rest, position);
            }
        } catch (IOException failure) {
            // Half a line must not stand before a whole one.
            broken = true;
            channel.truncate(written);
            broken = false;
            throw failure;
        }
        written = position;
        return position;
    }

    /**
     * Makes durable what is written. After a failure this file is written to no more, and nothing more of it counts: the
     * system tells a lost page once and forgets it, so that a second try would say that all is well.
     *
     * @return up to where
     */
    long force() throws IOException {
        if (broken) {
            throw new IOException("file " + number + " could not be made durable before");
        }
        long reached = written;
        boolean done = false;
        try {
            forcing.force(channel);
            done = true;
        } finally {
            broken |= !done;
        }
        return reached;
    }

    long number() {
        return number;
    }

    long written() {
        return written;
    }

    boolean broken() {
        return broken;
    }

    boolean usable() {
        return !broken && channel.isOpen();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            log.warn("closing file {} of the filing journal: {}", number, failure.toString());
        }
    }
}
