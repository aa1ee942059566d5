package chasqui.topology;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.TreeMap;

/** The options of a transfer route as the database keeps them: one JSON object of texts. */
public final class RouteOptions {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RouteOptions() {}

    /** @return sorted by name; may be empty */
    public static Map<String, String> parse(String json) {
        try {
            return new TreeMap<>(JSON.readValue(json, new TypeReference<Map<String, String>>() {}));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("transfer_route.options is no object of texts: " + json, e);
        }
    }

    static String write(Map<String, String> options) {
        try {
            return JSON.writeValueAsString(options);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
