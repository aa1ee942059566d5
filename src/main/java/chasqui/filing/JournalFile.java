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
    /** End of the last whole line. */
    private volatile long written;

    private volatile boolean broken;

    private JournalFile(long number, FileChannel channel) {
        this.number = number;
        this.channel = channel;
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

    static JournalFile create(Path folder, long number) throws IOException {
        return new JournalFile(
                number,
                FileChannel.open(name(folder, number), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
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
     * Makes durable what is written. After a failure this file is written to no more: what the disk holds of it is not
     * known.
     *
     * @return up to where
     */
    long force() throws IOException {
        long reached = written;
        boolean done = false;
        try {
            channel.force(false);
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
