package chasqui.inspection;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table for people: columns as wide as their widest cell, numbers to the right, no control characters. */
final class TextTable {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private final String[] heads;
    private final List<String[]> rows = new ArrayList<>();

    /** @param heads one per column; a head that begins with '>' makes a column of numbers */
    TextTable(String... heads) {
        this.heads = heads;
    }

    void row(Object... cells) {
        String[] row = new String[heads.length];
        for (int i = 0; i < heads.length; i++) {
            row[i] = clean(cells[i]);
        }
        rows.add(row);
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Lines with a line end each, indented by two blanks. */
    @Override
    public String toString() {
        int[] widths = new int[heads.length];
        for (int i = 0; i < heads.length; i++) {
            widths[i] = head(i).length();
            for (String[] row : rows) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        String[] names = new String[heads.length];
        for (int i = 0; i < heads.length; i++) {
            names[i] = head(i);
        }
        StringBuilder text = new StringBuilder(line(names, widths));
        rows.forEach(row -> text.append(line(row, widths)));
        return text.toString();
    }

    private String head(int column) {
        return heads[column].startsWith(">") ? heads[column].substring(1) : heads[column];
    }

    private String line(String[] cells, int[] widths) {
        StringBuilder line = new StringBuilder(" ");
        for (int i = 0; i < cells.length; i++) {
            String padding = " ".repeat(widths[i] - cells[i].length());
            line.append(' ').append(heads[i].startsWith(">") ? padding + cells[i] : cells[i] + padding);
        }
        return line.toString().stripTrailing() + "\n";
    }

    /** Bytes in units of a thousand. */
    static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 999.95 && unit < UNITS.length - 1) {
            amount /= 1000;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
    }

    /** A time span in its largest unit and the next. */
    static String age(long seconds) {
        if (seconds < 120) {
            return Math.max(0, seconds) + " s";
        }
        if (seconds < 7200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }

    /** Text that cannot move a terminal's cursor or pretend to be another line. */
    static String clean(Object cell) {
        if (cell == null) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        cell.toString().codePoints().forEach(point -> {
            if (Character.isISOControl(point) || Character.getType(point) == Character.FORMAT) {
                text.append(String.format("\\x%02x", point));
            } else {
                text.appendCodePoint(point);
            }
        });
        return text.toString();
    }
}
