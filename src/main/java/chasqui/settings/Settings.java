package chasqui.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The values of all {@code chasqui.*} keys. Typed reads collect what is wrong instead of stopping at the first mistake;
 * {@link #requireValid} then names everything at once. A key that nothing knows is a mistake too.
 */
public final class Settings {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)?");
    private static final Map<String, Long> UNITS = Map.of(
            "B",
            1L,
            "KiB",
            1L << 10,
            "MiB",
            1L << 20,
            "GiB",
            1L << 30,
            "TiB",
            1L << 40,
            "kB",
            1_000L,
            "MB",
            1_000_000L,
            "GB",
            1_000_000_000L,
            "TB",
            1_000_000_000_000L);
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})\\s*(ms|s|min|h|d)");

    private final Map<String, String> values;
    private final List<String> problems = new ArrayList<>();

    private Settings(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Lays sources over each other, later ones winning.
     *
     * @param known every legal key with its default: the first source
     * @param over further sources in order of precedence, lowest first
     */
    public static Settings layered(Map<String, String> known, List<Map<String, String>> over) {
        Map<String, String> merged = new HashMap<>(known);
        Set<String> unknown = new TreeSet<>();
        for (Map<String, String> source : over) {
            source.forEach((key, value) -> {
                if (known.containsKey(key)) {
                    merged.put(key, value);
                } else {
                    unknown.add(key);
                }
            });
        }
        Settings settings = new Settings(Collections.unmodifiableMap(new TreeMap<>(merged)));
        Set<String> names = new TreeSet<>(known.keySet());
        known.keySet().forEach(key -> names.add(SettingsReader.variable(key)));
        unknown.forEach(
                key -> settings.problems.add(key + ": there is no such setting" + Spelling.suggestion(key, names)));
        return settings;
    }

    /** Every key there is. */
    public Set<String> keys() {
        return values.keySet();
    }

    /** The text as it stands; "" when the key is there without a value. */
    public String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalStateException(key + " is read but not declared in application.properties");
        }
        return value.trim();
    }

    /** A comma-separated list without blanks around its members; empty when there is no value. */
    public List<String> list(String key) {
        return java.util.Arrays.stream(text(key).split(","))
                .map(String::trim)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    public boolean flag(String key) {
        return read(key, "true or false", false, text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        });
    }

    /** A whole number from {@code least} to {@code most}. */
    public int number(String key, int least, int most) {
        return read(key, "a whole number from " + least + " to " + most, least, text -> {
            if (!text.matches("-?\\d{1,9}")) {
                return null;
            }
            int number = Integer.parseInt(text);
            return number < least || number > most ? null : number;
        });
    }

    /** A time such as {@code 500ms}, {@code 30s}, {@code 5min}, {@code 2h}, {@code 7d}. */
    public Duration duration(String key) {
        return read(key, "a time such as 500ms, 30s, 5min, 2h or 7d", Duration.ofSeconds(1), text -> {
            Matcher parts = DURATION.matcher(text);
            return parts.matches() ? duration(Long.parseLong(parts.group(1)), parts.group(2)) : null;
        });
    }

    /** A number of bytes such as {@code 64MiB} or {@code 50GB}, more than zero. */
    public long bytes(String key) {
        return read(key, "a size such as 64MiB or 50GB", 1L, Settings::parseBytes);
    }

    /** Reads a size such as {@code 64MiB} or {@code 50GB}; null when it is none, or zero, or beyond 2^63. */
    public static Long parseBytes(String text) {
        Matcher parts = SIZE.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        long unit = UNITS.get(parts.group(2) == null ? "B" : parts.group(2));
        long count = Long.parseLong(parts.group(1));
        return count == 0 || count > Long.MAX_VALUE / unit ? null : count * unit;
    }

    /** Says that a value is wrong for a reason that only its reader knows. */
    public void refuse(String key, String problem) {
        problems.add(key + " = \"" + values.get(key) + "\": " + problem);
    }

    /** As {@link #refuse}, where the value may hold a secret and must not be shown. */
    public void refuseUnseen(String key, String problem) {
        problems.add(key + ": " + problem);
    }

    /**
     * Stops the start when anything read so far was wrong.
     *
     * @throws SettingsRefused names every problem
     */
    public void requireValid() {
        if (!problems.isEmpty()) {
            throw new SettingsRefused(problems);
        }
    }

    private <T> T read(String key, String wants, T otherwise, Function<String, T> parse) {
        T value = parse.apply(text(key));
        if (value == null) {
            refuse(key, "wants " + wants);
            return otherwise;
        }
        return value;
    }

    private static Duration duration(long count, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "min" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
