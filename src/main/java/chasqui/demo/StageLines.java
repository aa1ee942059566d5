package chasqui.demo;

import chasqui.pipeline.Stage;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Plain lines: one for each stage that has moved, at most every few seconds, and one when it is done. */
final class StageLines implements Display {
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final double MIB = 1024.0 * 1024.0;

    private record Shown(Line line, Instant first, Instant last) {}

    private final PrintStream out;
    private final Map<Stage, Shown> shown = new EnumMap<>(Stage.class);

    StageLines(PrintStream out) {
        this.out = out;
    }

    @Override
    public void show(Line line) {
        if (line.files() == 0 && line.bytes() == 0) {
            return;
        }
        Instant now = Instant.now();
        Shown before = shown.get(line.stage());
        boolean moved = before == null || !before.line().equals(line);
        boolean due = before == null
                || line.done() && !before.line().done()
                || Duration.between(before.last(), now).compareTo(PAUSE) >= 0;
        if (moved && due) {
            Instant first = before == null ? now : before.first();
            print(line, Duration.between(first, now));
            shown.put(line.stage(), new Shown(line, first, now));
        }
    }

    private void print(Line line, Duration since) {
        double seconds = since.toMillis() / 1000.0;
        String rate = seconds < 0.5 ? "" : String.format(Locale.ROOT, "  %.1f MiB/s", line.bytes() / MIB / seconds);
        String eta = seconds < 0.5 || line.done() || line.bytes() == 0
                ? ""
                : String.format(
                        Locale.ROOT, "  ETA %.0f s", seconds * (line.bytesTotal() - line.bytes()) / line.bytes());
        out.printf(
                Locale.ROOT,
                "%d %-10s %d/%d files  %.1f/%.1f MiB%s%s%n",
                line.stage().ordinal(),
                line.stage().packageName(),
                line.files(),
                line.filesTotal(),
                line.bytes() / MIB,
                line.bytesTotal() / MIB,
                rate,
                eta);
    }

    @Override
    public void close() {
        out.flush();
    }
}
