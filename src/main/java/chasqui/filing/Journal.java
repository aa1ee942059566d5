package chasqui.filing;

import chasqui.storage.DurableFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was accepted and is not registered yet: lines in numbered files, appended at the end, removed file by file when all
 * of one are registered. An entry is durable when {@link #append} returns; writers that come at the same time share one
 * fsync. A process begins a file of its own, so that nothing is ever written behind a line that a crash has torn.
 */
final class Journal implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Journal.class);
    /** Small enough to be read again after a crash, large enough to be seldom changed. */
    private static final long SEGMENT_BYTES = 8L << 20;

    private static final String DAMAGED = ".damaged";
    private static final String FAILED = ".failed";

    private final Path folder;
    private final long limitBytes;
    private final JournalFile.Forcing forcing;
    private final Object writing = new Object();
    private final Object syncing = new Object();
    /** Bytes of every file that count: what is durable, or was found at the start. Guarded by itself. */
    private final TreeMap<Long, Long> durable = new TreeMap<>();
    /** Files with lines that cannot be read. Guarded by {@link #durable}. */
    private final Set<Long> damaged = new HashSet<>();
    /** Files with entries that could not be registered. Guarded by {@link #durable}. */
    private final Set<Long> failed = new HashSet<>();

    private volatile String trouble;
    /** Since when there is something in it that nobody has looked at yet; null: nothing. Guarded by {@link #durable}. */
    private Instant unseenSince;

    private long lastNumber;
    private volatile JournalFile open;

    /**
     * A place in the journal: everything before it is done.
     *
     * @param number of a file
     * @param offset in that file, in bytes
     */
    record Position(long number, long offset) {
        static final Position START = new Position(0, 0);
    }

    /**
     * @param folder exists, of this journal alone
     * @param limitBytes most bytes on the disk before nothing more is accepted
     */
    Journal(Path folder, long limitBytes) {
        this(folder, limitBytes, JournalFile.Forcing.DISK);
    }

    /** @param forcing how the disk is told to keep something */
    Journal(Path folder, long limitBytes, JournalFile.Forcing forcing) {
        this.folder = folder;
        this.limitBytes = limitBytes;
        this.forcing = forcing;
        tryAgain();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(JournalFile::isOne).toList()) {
                durable.put(JournalFile.number(file), Files.size(file));
                if (Files.size(file) > 0) {
                    unseen(Files.getLastModifiedTime(file).toInstant());
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the filing journal " + folder, failure);
        }
        lastNumber = durable.isEmpty() ? 0 : durable.lastKey();
    }

    /** What could not be registered before may be registered now. */
    private void tryAgain() {
        for (String name : aside(FAILED)) {
            Path before = folder.resolve(name.substring(0, name.length() - FAILED.length()));
            try {
                Files.move(folder.resolve(name), before, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException failure) {
                log.warn("{} is not tried again: {}", folder.resolve(name), failure.toString());
            }
        }
    }

    /**
     * Keeps entries, all or none; they survive a power cut when this returns.
     *
     * @throws JournalFull nothing was kept
     */
    void append(List<JournalEntry> entries) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        entries.forEach(entry -> lines.writeBytes(JournalLine.of(entry)));
        try {
            JournalFile file;
            long end;
            synchronized (writing) {
                requireRoom(lines.size());
                file = fileToWrite();
                end = file.append(lines.toByteArray());
            }
            sync(file, end);
            unseen(Instant.now());
            trouble = null;
        } catch (IOException failure) {
            trouble = failure.toString();
            throw new JournalFull(
                    folder + ": the filing journal cannot be written: " + failure.getMessage()
                            + "; make room or repair its disk, then send this again",
                    failure);
        }
    }

    /**
     * @throws JournalFull so many bytes do not go into it now
     * @throws FilingRefused nor ever
     */
    void requireRoom(long more) {
        if (more > limitBytes) {
            throw new FilingRefused("the request means more files than the filing journal may hold (" + limitBytes
                    + " bytes, chasqui.filing.journal-limit); make several of it");
        }
        if (bytes() + more > limitBytes) {
            throw new JournalFull(
                    folder + ": the filing journal holds " + bytes()
                            + " bytes that are not registered yet and may hold " + limitBytes
                            + " (chasqui.filing.journal-limit); send this again when the database is back",
                    null);
        }
    }

    private void unseen(Instant since) {
        synchronized (durable) {
            if (unseenSince == null || since.isBefore(unseenSince)) {
                unseenSince = since;
            }
        }
    }

    /** Since when there is something in it that nobody has looked at yet; null: everything was. */
    Instant unseenSince() {
        synchronized (durable) {
            return unseenSince;
        }
    }

    private JournalFile fileToWrite() throws IOException {
        if (open != null && open.usable() && open.written() < SEGMENT_BYTES) {
            return open;
        }
        if (open != null) {
            JournalFile full = open;
            open = null;
            try (full) {
                // Who wrote into a broken one is told by himself that it is not kept.
                if (!full.broken()) {
                    sync(full, full.written());
                }
            }
        }
        JournalFile next = JournalFile.create(folder, ++lastNumber, forcing);
        try {
            // Before anything in it is promised: a file without a name is gone after a power cut.
            DurableFiles.fsyncFolder(folder);
        } catch (IOException failure) {
            next.close();
            throw failure;
        }
        synchronized (durable) {
            durable.put(next.number(), 0L);
        }
        open = next;
        return next;
    }

    private void sync(JournalFile file, long end) throws IOException {
        synchronized (syncing) {
            synchronized (durable) {
                Long kept = durable.get(file.number());
                // Gone: registered already, so somebody else made it durable; of a broken one only what was durable
                // then.
                if (kept == null ? !file.broken() : kept >= end) {
                    return;
                }
            }
            long reached = file.force();
            synchronized (durable) {
                durable.computeIfPresent(file.number(), (number, before) -> Math.max(before, reached));
            }
        }
    }

    /** Entries from a place on, in order; fewer than asked for only where the journal, or one of its files, ends. */
    JournalPart read(Position from, int most) {
        Map.Entry<Long, Long> file;
        boolean last;
        synchronized (durable) {
            unseenSince = null;
            file = durable.ceilingEntry(from.number());
            last = file == null || durable.higherKey(file.getKey()) == null;
        }
        if (file == null) {
            return new JournalPart(List.of(), from, true, 0, 0);
        }
        long offset = file.getKey() == from.number() ? from.offset() : 0;
        JournalPart part = JournalPart.read(
                JournalFile.name(folder, file.getKey()), new Position(file.getKey(), offset), file.getValue(), most);
        synchronized (durable) {
            if (part.damaged() > 0) {
                damaged.add(file.getKey());
            }
            if (part.unknown() > 0) {
                failed.add(file.getKey());
            }
        }
        return part.atEnd() && !last
                ? new JournalPart(
                        part.entries(), new Position(file.getKey() + 1, 0), false, part.damaged(), part.unknown())
                : part;
    }

    /** Removes the files of which everything is registered; one with damaged lines is kept beside the others. */
    void done(Position upTo) {
        List<Long> finished = new ArrayList<>();
        Map<Long, String> kept = new TreeMap<>();
        synchronized (writing) {
            synchronized (durable) {
                finished.addAll(durable.headMap(upTo.number()).keySet());
                if (durable.getOrDefault(upTo.number(), -1L) == upTo.offset() && closes(upTo)) {
                    finished.add(upTo.number());
                }
                durable.keySet().removeAll(finished);
                finished.stream().filter(damaged::remove).forEach(number -> kept.put(number, DAMAGED));
                finished.stream().filter(failed::remove).forEach(number -> kept.put(number, FAILED));
            }
        }
        try {
            for (Map.Entry<Long, String> one : kept.entrySet()) {
                setAside(one.getKey(), one.getValue());
            }
            for (long number : finished) {
                Files.deleteIfExists(JournalFile.name(folder, number));
            }
        } catch (IOException failure) {
            // At the next start its entries are found again, and found registered.
            log.warn("{}: a file that is done with cannot be removed: {}", folder, failure.toString());
        }
    }

    private void setAside(long number, String suffix) throws IOException {
        Path file = JournalFile.name(folder, number);
        Files.move(file, file.resolveSibling(file.getFileName() + suffix), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Some entries of the file that is read from there cannot be registered: it is kept when the others are. */
    void keepFailed(Position from) {
        synchronized (durable) {
            Long number = durable.ceilingKey(from.number());
            if (number != null) {
                failed.add(number);
            }
        }
    }

    /**
     * Puts aside the file that is read from there, until the next start.
     *
     * @return where to go on; the same place when it is written to just now
     */
    Position skip(Position from) {
        synchronized (writing) {
            synchronized (durable) {
                Long number = durable.ceilingKey(from.number());
                JournalFile file = open;
                if (number == null || file != null && file.number() == number && file.written() > durable.get(number)) {
                    return from;
                }
                if (file != null && file.number() == number) {
                    open = null;
                    file.close();
                }
                durable.remove(number);
                try {
                    setAside(number, FAILED);
                } catch (IOException failure) {
                    log.error("{} cannot even be put aside: {}", JournalFile.name(folder, number), failure.toString());
                }
                return new Position(number + 1, 0);
            }
        }
    }

    /** Whether nothing more comes into the file that ends there. */
    private boolean closes(Position end) {
        JournalFile file = open;
        if (file == null || file.number() != end.number()) {
            return true;
        }
        if (file.written() > end.offset()) {
            return false;
        }
        open = null;
        file.close();
        return true;
    }

    /** Bytes in the journal's files. */
    long bytes() {
        JournalFile file = open;
        synchronized (durable) {
            return durable.entrySet().stream()
                    .mapToLong(one -> file != null && one.getKey() == file.number() ? file.written() : one.getValue())
                    .sum();
        }
    }

    /** Files that were put aside because some of their lines cannot be read. */
    List<String> damaged() {
        return aside(DAMAGED);
    }

    /** Files that were put aside because they, or some of their entries, could not be registered. */
    List<String> failed() {
        return aside(FAILED);
    }

    private List<String> aside(String suffix) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".journal" + suffix))
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the filing journal " + folder, failure);
        }
    }

    /** Why the last entries could not be kept; null: they were. */
    String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        synchronized (writing) {
            if (open != null) {
                open.close();
                open = null;
            }
        }
    }
}
