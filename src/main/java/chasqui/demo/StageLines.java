package chasqui.demo;

import chasqui.pipeline.Stage;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Plain lines: one for each stage that has moved, at most every few seconds, and one when it is done. */
final class StageLines implements Display {
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final double MIB = 1024.0 * 1024.0;

    private record Shown(Line line, Instant at) {}

    private final PrintStream out;
    private final Clock clock;
    private final Map<Stage, Pace> paces = new EnumMap<>(Stage.class);
    private final Map<Stage, Shown> shown = new EnumMap<>(Stage.class);

    StageLines(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public void show(Line line) {
        Instant now = clock.instant();
        Pace pace = paces.computeIfAbsent(line.stage(), stage -> new Pace());
        pace.note(line, now);
        Shown before = shown.get(line.stage());
        boolean moved = pace.moved() && (before == null || !before.line().equals(line));
        boolean due = before == null
                || line.done() && !before.line().done()
                || Duration.between(before.at(), now).compareTo(PAUSE) >= 0;
        if (moved && due) {
            print(line, pace);
            shown.put(line.stage(), new Shown(line, now));
        }
    }

    private void print(Line line, Pace pace) {
        String text = String.format(
                Locale.ROOT,
                "%d %-10s %d/%d files  %.1f/%.1f MiB  %s  %s",
                line.stage().ordinal(),
                line.stage().packageName(),
                line.files(),
                line.filesTotal(),
                line.bytes() / MIB,
                line.bytesTotal() / MIB,
                pace.rate(),
                pace.eta());
        out.println(text.stripTrailing());
    }

    @Override
    public void close() {
        out.flush();
    }
}
