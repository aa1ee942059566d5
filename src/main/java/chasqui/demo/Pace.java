package chasqui.demo;

import chasqui.demo.Display.Line;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** How fast one stage goes, from the moment before its first byte to now, or to its end. */
final class Pace {
    private static final double MIB = 1024.0 * 1024.0;
    /** A rate over less than this says more about the clock than about the stage. */
    private static final Duration SHORTEST = Duration.ofMillis(200);

    private Instant begin;
    private Instant end;
    private Line line;

    /** Takes note of how far the stage is at this moment. */
    void note(Line now, Instant at) {
        boolean ended = line != null && line.done();
        line = now;
        if (begin == null || !moved()) {
            begin = at;
        }
        if (!ended || !now.done()) {
            end = at;
        }
    }

    /** Whether anything has passed or is under way. */
    boolean moved() {
        return line != null && (line.files() > 0 || line.bytes() > 0);
    }

    /** Such as {@code 53.1 MiB/s}; "" while there is nothing to tell. */
    String rate() {
        return measurable() ? String.format(Locale.ROOT, "%.1f MiB/s", line.bytes() / MIB / seconds()) : "";
    }

    /** Such as {@code ETA 1:05}, {@code ETA 2:10:00}; "" while nothing can be told, or when all is done. */
    String eta() {
        if (!measurable() || line.done() || line.bytes() == 0) {
            return "";
        }
        long left = Math.round(seconds() * (line.bytesTotal() - line.bytes()) / line.bytes());
        return left < 3600
                ? String.format(Locale.ROOT, "ETA %d:%02d", left / 60, left % 60)
                : String.format(Locale.ROOT, "ETA %d:%02d:%02d", left / 3600, left / 60 % 60, left % 60);
    }

    private boolean measurable() {
        return moved() && Duration.between(begin, end).compareTo(SHORTEST) >= 0;
    }

    private double seconds() {
        return Duration.between(begin, end).toMillis() / 1000.0;
    }
}
