package chasqui.runtime.routes;

/** An entry under another id, beside one that is still there. */
final class Edited {
    /** Producers have their own; of a route that is called it says nothing. */
    private static final int HARMLESS_MILLIS = 30_000;

    private Edited() {}

    /**
     * @param other a number that no other has: two routes of one endpoint are refused, though one of them is detached, but
     *     not those of two endpoints with one name
     */
    static String source(Entry entry, String id, int other) {
        String[] lines = entry.source().split("\n", -1);
        put(lines, entry.body().at("id"), id);
        Piece from = entry.from();
        if (from.scalar().startsWith("direct:")) {
            put(
                    lines,
                    from,
                    from.scalar() + (from.scalar().contains("?") ? "&" : "?") + "timeout=" + (HARMLESS_MILLIS + other));
        }
        return String.join("\n", lines);
    }

    private static void put(String[] lines, Piece piece, String text) {
        String line = lines[piece.line() - 1];
        int at = line.indexOf(piece.scalar(), Math.max(0, piece.column() - 1));
        lines[piece.line() - 1] = line.substring(0, at)
                + text
                + line.substring(at + piece.scalar().length());
    }
}
