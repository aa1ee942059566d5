package chasqui.preflight;

import java.util.List;

/**
 * What is wrong at a data location, as one node sees it.
 *
 * @param check which check found it
 * @param stops types of the operations that this node does not do there meanwhile; {@link #EVERYTHING}, or empty where it
 *     is only told
 * @param reason what, where, and what to do
 */
public record Finding(String check, List<String> stops, String reason) {
    public static final String ALL = "*";
    /** No operation can be done there. */
    public static final List<String> EVERYTHING = List.of(ALL);

    public Finding {
        stops = List.copyOf(stops);
    }

    /** Something to know that keeps no work away. */
    public static Finding told(String check, String reason) {
        return new Finding(check, List.of(), reason);
    }

    boolean stops(String type) {
        return stops.contains(ALL) || stops.contains(type);
    }
}
