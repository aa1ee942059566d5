package chasqui.topology;

import java.util.List;
import java.util.regex.Pattern;

/** Which data locations a worker can reach: {@code cologne/*}, {@code *}{@code /buffer}, {@code us/lta}. */
public final class LocationPatterns {
    private static final Pattern SHAPE = Pattern.compile("[a-z0-9*]+/[a-z0-9_*]+");
    private final List<Pattern> patterns;

    /** Whether this is a pattern: {@code site/location}, where {@code *} stands for any part of a name. */
    public static boolean wellFormed(String text) {
        return SHAPE.matcher(text).matches();
    }

    /**
     * @param patterns {@code site/location}, where {@code *} stands for any part of a name
     * @throws IllegalArgumentException one has another shape
     */
    public LocationPatterns(List<String> patterns) {
        this.patterns = patterns.stream().map(LocationPatterns::pattern).toList();
    }

    public boolean reach(DataLocation location) {
        return reach(location.label());
    }

    /** @param label {@code site/location} */
    public boolean reach(String label) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(label).matches());
    }

    private static Pattern pattern(String text) {
        if (!wellFormed(text)) {
            throw new IllegalArgumentException("\"" + text + "\": wants site/location, with * for any part");
        }
        return Pattern.compile(text.replace("*", "[a-z0-9_]*"));
    }
}
