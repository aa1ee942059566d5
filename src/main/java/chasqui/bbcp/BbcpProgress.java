package chasqui.bbcp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what bbcp prints while it works. Of progress it tells whole percents and a rate per second; the bytes between two
 * percents are counted from the rates. Whatever else comes is kept as a few last lines; nothing here grows with it.
 *
 * <p>Written by the thread that reads, read by any other.
 */
final class BbcpProgress {
    private static final int LONGEST_LINE = 512;
    private static final int MOST_LINES = 12;
    private static final Pattern LINE = Pattern.compile("bbcp: \\d{6} \\d\\d:\\d\\d:\\d\\d +(?:(\\d{1,3})%|not) done; "
            + "(\\d{1,9}(?:\\.\\d{1,3})?) ([KMGT]?)B/s(?:, avg .*)?");

    private final long totalBytes;
    private final LongSupplier nanoTime;
    private final byte[] line = new byte[LONGEST_LINE];
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private int length;

    private volatile long bytesDone;
    private volatile long bytesPerSecond;
    private volatile long movedAt;

    BbcpProgress(long totalBytes, LongSupplier nanoTime) {
        this.totalBytes = totalBytes;
        this.nanoTime = nanoTime;
        this.movedAt = nanoTime.getAsLong();
    }

    /** Takes the next piece of output, cut anywhere. */
    void accept(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                end();
            } else if (length < LONGEST_LINE) {
                line[length++] = bytes[i];
            }
        }
    }

    /** The output has ended, perhaps in the middle of a line. */
    void end() {
        if (length > 0) {
            line(new String(line, 0, length, StandardCharsets.UTF_8));
            length = 0;
        }
    }

    private void line(String text) {
        Matcher progress = LINE.matcher(text.stripTrailing());
        if (!progress.matches()) {
            keep(text);
            return;
        }
        long rate = (long) (Double.parseDouble(progress.group(2)) * unit(progress.group(3)));
        long counted = bytesDone + rate;
        if (progress.group(1) != null) {
            long percent = Math.min(100, Long.parseLong(progress.group(1)));
            counted = Math.max(share(percent), Math.min(counted, share(percent + 1)));
        }
        long now = Math.min(totalBytes, Math.max(bytesDone, counted));
        if (rate > 0 || now > bytesDone) {
            movedAt = nanoTime.getAsLong();
        }
        bytesPerSecond = rate;
        bytesDone = now;
    }

    private long share(long percent) {
        return (long) (totalBytes / 100.0 * percent);
    }

    /** bbcp counts in 1024s. */
    private static double unit(String letter) {
        return Math.pow(1024, "KMGT".indexOf(letter.toUpperCase(Locale.ROOT)) + (letter.isEmpty() ? 0 : 1));
    }

    private void keep(String text) {
        String shown = Shown.of(text);
        if (shown.isEmpty()) {
            return;
        }
        synchronized (last) {
            if (last.size() == MOST_LINES) {
                last.removeFirst();
            }
            last.addLast(shown);
        }
    }

    /** Never more than there are, never less than before. */
    long bytesDone() {
        return bytesDone;
    }

    /** When bytes last moved, or the start, by the clock given. */
    long movedAt() {
        return movedAt;
    }

    /** Whether all bytes may have arrived, so that what is silent now may be a disk that makes them durable. */
    boolean mayBeFlushing() {
        return totalBytes - bytesDone <= Math.max(totalBytes / 50, 10 * bytesPerSecond);
    }

    /** What was said besides progress: the last lines, shortened, without control characters. */
    List<String> lastLines() {
        synchronized (last) {
            return List.copyOf(last);
        }
    }
}
