package chasqui.filing;

import chasqui.filing.Journal.Position;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries that stand one after the other in the journal.
 *
 * @param next where to go on
 * @param atEnd there is no more now
 * @param damaged lines that could not be read and were passed over
 * @param unknown lines of another version, likewise
 */
record JournalPart(List<JournalEntry> entries, Position next, boolean atEnd, int damaged, int unknown) {
    private static final Logger log = LoggerFactory.getLogger(JournalPart.class);
    private static final int BUFFER_BYTES = 64 << 10;

    /** @param end of what counts in the file */
    static JournalPart read(Path file, Position from, long end, int most) {
        List<JournalEntry> entries = new ArrayList<>();
        int damaged = 0;
        int unknown = 0;
        long offset = from.offset();
        try (FileChannel channel = FileChannel.open(file)) {
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel.position(offset)), BUFFER_BYTES);
            while (offset < end && entries.size() < most) {
                byte[] line = line(in, end - offset);
                if (line == null) {
                    log.info("{}: ends in a line that was never finished, nor answered", file);
                    offset = end;
                    break;
                }
                if (!JournalLine.isWhole(line)) {
                    log.error("{}: the line at byte {} is damaged and was passed over: {}", file, offset, shown(line));
                    damaged++;
                } else {
                    Optional<JournalEntry> entry = JournalLine.read(line);
                    entry.ifPresent(entries::add);
                    if (entry.isEmpty()) {
                        log.error(
                                "{}: the line at byte {} is of another version of Chasqui and stays in the journal: {}",
                                file,
                                offset,
                                shown(line));
                        unknown++;
                    }
                }
                offset += line.length + 1;
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("the filing journal's " + file + " cannot be read", failure);
        }
        return new JournalPart(entries, new Position(from.number(), offset), offset >= end, damaged, unknown);
    }

    /** A line without its end; null when there is none within the limit. */
    private static byte[] line(InputStream in, long limit) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        for (long left = limit; left > 0; left--) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            if (b == '\n') {
                return line.toByteArray();
            }
            line.write(b);
        }
        return null;
    }

    private static String shown(byte[] line) {
        return new String(line, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
    }
}
