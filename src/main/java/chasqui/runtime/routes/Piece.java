package chasqui.runtime.routes;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A piece of a YAML document that knows its line.
 *
 * @param line 1 or more
 * @param column 1 or more
 * @param text null where it is no scalar
 */
record Piece(int line, int column, String text, Map<String, Piece> keys, List<Piece> items) {
    static final Piece NOTHING = new Piece(1, 1, null, Map.of(), List.of());

    /** @throws IOException this is no YAML */
    static Piece parse(String yaml) throws IOException {
        try (YAMLParser in = new YAMLFactory().createParser(yaml)) {
            return in.nextToken() == null ? NOTHING : read(in);
        }
    }

    private static Piece read(YAMLParser in) throws IOException {
        int line = in.currentTokenLocation().getLineNr();
        int column = in.currentTokenLocation().getColumnNr();
        Map<String, Piece> keys = new LinkedHashMap<>();
        List<Piece> items = new ArrayList<>();
        String text = null;
        switch (in.currentToken()) {
            case START_OBJECT -> {
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String key = in.currentName();
                    in.nextToken();
                    keys.put(key, read(in));
                }
            }
            case START_ARRAY -> {
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    items.add(read(in));
                }
            }
            default -> text = in.currentToken() == JsonToken.VALUE_NULL ? "" : in.getText();
        }
        return new Piece(line, column, text, keys, items);
    }

    /** What the key names; {@link #NOTHING} when there is no such key. */
    Piece at(String key) {
        return keys.getOrDefault(key, NOTHING);
    }

    boolean isScalar() {
        return text != null;
    }

    /** "" where it is no scalar. */
    String scalar() {
        return text == null ? "" : text;
    }

    /** Calls with every piece below this one, and the key under which it stands ("" in a list). */
    void walk(BiConsumer<String, Piece> each) {
        keys.forEach((key, piece) -> {
            each.accept(key, piece);
            piece.walk(each);
        });
        items.forEach(piece -> {
            each.accept("", piece);
            piece.walk(each);
        });
    }

    /** The same content, wherever it stands and however it is written. */
    boolean says(Piece other) {
        return content().equals(other.content());
    }

    private Object content() {
        if (text != null) {
            return text;
        }
        Map<String, Object> inside = new LinkedHashMap<>();
        keys.forEach((key, piece) -> inside.put(key, piece.content()));
        return keys.isEmpty() ? items.stream().map(Piece::content).toList() : inside;
    }
}
