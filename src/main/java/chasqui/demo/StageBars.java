package chasqui.demo;

import chasqui.pipeline.Stage;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * One bar per stage, drawn in place on a terminal of at least 80 columns. While the bars stand, what anybody writes to
 * standard output or error is written above them.
 */
final class StageBars implements Display {
    static final int WIDTH = 79;
    private static final double MIB = 1024.0 * 1024.0;
    private static final double GIB = 1024.0 * MIB;
    private static final double MOST_IN_MIB = 10 * GIB;
    private static final int SHORTEST_BAR = 5;
    private static final String NO_WRAP = "\u001b[?7l";
    private static final String WRAP = "\u001b[?7h";
    private static final String CLEAR_LINE = "\u001b[2K";
    private static final String CLEAR_BELOW = "\r\u001b[J";

    private final PrintStream terminal;
    private final PrintStream out;
    private final PrintStream err;
    private final WholeLines toOut;
    private final WholeLines toErr;
    private final Clock clock;
    private final Map<Stage, Line> lines = new EnumMap<>(Stage.class);
    private final Map<Stage, Pace> paces = new EnumMap<>(Stage.class);
    private int drawn;

    /** Takes standard output and error until it is closed. */
    StageBars(PrintStream terminal, Clock clock) {
        this.terminal = terminal;
        this.clock = clock;
        this.out = System.out;
        this.err = System.err;
        this.toOut = new WholeLines(out);
        this.toErr = new WholeLines(err);
        System.setOut(new PrintStream(toOut, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(toErr, true, StandardCharsets.UTF_8));
    }

    @Override
    public synchronized void show(Line line) {
        lines.put(line.stage(), line);
        paces.computeIfAbsent(line.stage(), stage -> new Pace()).note(line, clock.instant());
        if (line.stage().ordinal() == Stage.values().length - 1 || line.stage() == Stage.FILING) {
            draw();
        }
    }

    @Override
    public synchronized void close() {
        draw();
        drawn = 0;
        System.setOut(out);
        System.setErr(err);
        toOut.letGo();
        toErr.letGo();
    }

    private void draw() {
        StringBuilder screen = new StringBuilder(up()).append(NO_WRAP);
        for (Stage stage : Stage.values()) {
            screen.append(CLEAR_LINE).append(text(stage)).append('\n');
        }
        terminal.print(screen.append(WRAP));
        terminal.flush();
        drawn = Stage.values().length;
    }

    private String up() {
        return drawn == 0 ? "\r" : "\r\u001b[" + drawn + "A";
    }

    /** One line of at most {@link #WIDTH} columns, however many files there are. */
    private String text(Stage stage) {
        String name = String.format("%d %-10s", stage.ordinal(), stage.packageName());
        Line line = lines.get(stage);
        if (line == null || !paces.get(stage).moved()) {
            return name;
        }
        Pace pace = paces.get(stage);
        String numbers = String.format(
                Locale.ROOT,
                "%4d%%  %s  %s  %s",
                percent(line),
                right(line.files(), line.filesTotal()),
                bytes(line),
                // The last column is the longer of the two, so that it does not jump when a stage is done.
                String.format("%12s  %-8s", pace.rate(), pace.eta()));
        int width = WIDTH - name.length() - numbers.length() - 3;
        if (width < SHORTEST_BAR) {
            return name + numbers;
        }
        int full = (int) (width * percent(line) / 100);
        return name + " [" + "#".repeat(full) + " ".repeat(width - full) + "]" + numbers;
    }

    private static long percent(Line line) {
        if (line.done()) {
            return 100;
        }
        return line.bytesTotal() == 0 ? 0 : Math.min(99, line.bytes() * 100 / line.bytesTotal());
    }

    private static String right(long part, long total) {
        String whole = Long.toString(total);
        return String.format("%" + whole.length() + "d/%s", part, whole);
    }

    private static String bytes(Line line) {
        boolean large = line.bytesTotal() >= MOST_IN_MIB;
        double unit = large ? GIB : MIB;
        String whole = String.format(Locale.ROOT, "%.1f", line.bytesTotal() / unit);
        return String.format(
                Locale.ROOT, "%" + whole.length() + ".1f/%s %s", line.bytes() / unit, whole, large ? "GiB" : "MiB");
    }

    /** Keeps what is written until its line is whole, and then puts it in the place of the bars, which move down. */
    private final class WholeLines extends OutputStream {
        private final ByteArrayOutputStream held = new ByteArrayOutputStream();
        private final PrintStream below;

        WholeLines(PrintStream below) {
            this.below = below;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            synchronized (StageBars.this) {
                held.write(bytes, offset, length);
                if (length > 0 && bytes[offset + length - 1] == '\n') {
                    letGo();
                }
            }
        }

        private void letGo() {
            boolean standing = drawn > 0;
            if (standing) {
                terminal.print(up() + CLEAR_BELOW);
                terminal.flush();
                drawn = 0;
            }
            below.writeBytes(held.toByteArray());
            below.flush();
            held.reset();
            if (standing) {
                draw();
            }
        }
    }
}
