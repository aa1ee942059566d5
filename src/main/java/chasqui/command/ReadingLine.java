package chasqui.command;

import chasqui.storage.Progress;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** On a terminal: one line that tells how much was read and how fast, written over a few times a second. */
final class ReadingLine implements Progress, AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final double MIB = 1024.0 * 1024.0;
    private static final String ERASE = "\r\u001b[K";

    private final PrintStream terminal;
    private final Clock clock;
    private final Instant start;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicReference<Instant> shown;

    ReadingLine(PrintStream terminal, Clock clock) {
        this.terminal = terminal;
        this.clock = clock;
        this.start = clock.instant();
        this.shown = new AtomicReference<>(start);
    }

    /** Told from several threads; whoever comes first after the pause writes the line. */
    @Override
    public void advance(long read) {
        long sum = bytes.addAndGet(read);
        Instant last = shown.get();
        Instant now = clock.instant();
        if (Duration.between(last, now).compareTo(PAUSE) >= 0 && shown.compareAndSet(last, now)) {
            double seconds = Duration.between(start, now).toMillis() / 1000.0;
            terminal.printf(Locale.ROOT, "%s%.1f MiB read, %.1f MiB/s", ERASE, sum / MIB, sum / MIB / seconds);
        }
    }

    @Override
    public void close() {
        terminal.print(ERASE);
        terminal.flush();
    }
}
