package chasqui.topology;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A piece of a YAML document that knows where it stands; scalars stay the text they were written as. */
sealed interface YamlValue {
    Place place();

    record Place(int line, int column) {
        @Override
        public String toString() {
            return "line " + line + " column " + column;
        }
    }

    /** @param text "" where nothing was written */
    record Scalar(Place place, String text) implements YamlValue {}

    record Items(Place place, List<YamlValue> values) implements YamlValue {}

    record Keys(Place place, Map<String, YamlValue> values) implements YamlValue {}

    /**
     * Reads a document.
     *
     * @param problems receives every mistake of syntax, with line and column
     * @return null when there is nothing to go on with
     */
    static YamlValue parse(String text, List<String> problems) {
        try (YAMLParser in = new YAMLFactory().createParser(text)) {
            if (in.nextToken() == null) {
                problems.add("the file is empty: describe at least one site, see docs/topology.md");
                return null;
            }
            YamlValue document = value(in, problems);
            if (in.nextToken() != null) {
                problems.add(here(in) + ": a second document begins here; write everything into one");
            }
            return document;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            Place place = at == null ? new Place(1, 1) : new Place(at.getLineNr(), at.getColumnNr());
            problems.add(place + ": this is not YAML: "
                    + e.getOriginalMessage().lines().findFirst().orElse("unreadable"));
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static YamlValue value(YAMLParser in, List<String> problems) throws IOException {
        Place place = here(in);
        if (in.isCurrentAlias()) {
            problems.add(place + ": aliases (*" + in.getText() + ") are not supported here; write the value out");
            return new Scalar(place, "");
        }
        return switch (in.currentToken()) {
            case START_OBJECT -> new Keys(place, keys(in, problems));
            case START_ARRAY -> new Items(place, items(in, problems));
            case VALUE_NULL -> new Scalar(place, "");
            default -> new Scalar(place, in.getText().strip());
        };
    }

    private static Map<String, YamlValue> keys(YAMLParser in, List<String> problems) throws IOException {
        Map<String, YamlValue> values = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String key = in.currentName();
            Place place = here(in);
            in.nextToken();
            if (values.putIfAbsent(key, value(in, problems)) != null) {
                problems.add(place + ": " + key + " is given twice; keep one");
            }
        }
        return values;
    }

    private static List<YamlValue> items(YAMLParser in, List<String> problems) throws IOException {
        List<YamlValue> values = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(in, problems));
        }
        return values;
    }

    private static Place here(YAMLParser in) {
        JsonLocation at = in.currentTokenLocation();
        return new Place(at.getLineNr(), at.getColumnNr());
    }
}
