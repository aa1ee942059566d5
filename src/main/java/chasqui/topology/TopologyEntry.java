package chasqui.topology;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** One thing that a topology file describes. */
sealed interface TopologyEntry<E> permits SiteEntry, LocationEntry, InstrumentEntry, RouteEntry {
    /** What it is called in messages, and what tells it apart: {@code location cologne/buffer}. */
    String label();

    boolean active();

    /** The same thing, switched off. */
    E deactivated();

    /** All its values as people read them, in a fixed order. */
    Map<String, String> facts();

    /** Names and values in turn. */
    static Map<String, String> facts(Object... pairs) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            facts.put((String) pairs[i], Objects.toString(pairs[i + 1], "none"));
        }
        return facts;
    }
}
