package chasqui.preflight;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What is wrong at a data location, as one node sees it.
 *
 * @param check which check found it
 * @param stops types of the operations that this node does not do there meanwhile; {@link #EVERYTHING}, or empty where it
 *     is only told
 * @param reason what, where, and what to do; names of our own making are left out, to be the same at every try
 * @param settled how the place is made and served: it does not pass by itself, and is seldom looked at again
 */
public record Finding(String check, List<String> stops, String reason, boolean settled) {
    public static final String ALL = "*";
    /** No operation can be done there. */
    public static final List<String> EVERYTHING = List.of(ALL);

    /** Names of our own making are others at every try, and the reason is the same. */
    private static final Pattern OWN_NAME = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    public Finding {
        stops = List.copyOf(stops);
        reason = OWN_NAME.matcher(reason).replaceAll("…");
    }

    /** Something that may pass by itself. */
    public Finding(String check, List<String> stops, String reason) {
        this(check, stops, reason, false);
    }

    /** Something to know that keeps no work away. */
    public static Finding told(String check, String reason) {
        return new Finding(check, List.of(), reason);
    }

    /** The same of a place that is made so, and is served as it is. */
    static Finding settled(String check, String reason) {
        return new Finding(check, List.of(), reason, true);
    }

    boolean stops(String type) {
        return stops.contains(ALL) || stops.contains(type);
    }
}
