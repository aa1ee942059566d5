package chasqui.topology;

import chasqui.settings.Settings;
import chasqui.settings.Spelling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the keys of one YAML mapping and collects what is wrong instead of stopping at the first mistake. */
final class YamlEntry {
    private final YamlValue.Keys keys;
    private final String label;
    private final List<String> problems;
    private final Set<String> asked = new TreeSet<>();

    private YamlEntry(YamlValue.Keys keys, String label, List<String> problems) {
        this.keys = keys;
        this.label = label;
        this.problems = problems;
    }

    /** An entry of its own, or null (and a problem) when {@code value} is something else. */
    static YamlEntry of(YamlValue value, Function<YamlEntry, String> label, List<String> problems) {
        if (value instanceof YamlValue.Keys keys) {
            return new YamlEntry(keys, label.apply(new YamlEntry(keys, "", problems)), problems);
        }
        problems.add(value.place() + ": wants keys with values (key: value), one per line");
        return null;
    }

    /** One line of text; null when absent. */
    String text(String key) {
        return read(key, "one value, not a list or keys", (String text) -> text);
    }

    /** Null when absent; what does not fit is a problem, and returned all the same so that more can be checked. */
    String text(String key, Pattern pattern, String wants) {
        String text = text(key);
        if (text != null && !pattern.matcher(text).matches()) {
            refuse(key, "\"" + text + "\": wants " + wants);
        }
        return text;
    }

    /** Never null: what is missing is a problem, and reads as "". */
    String required(String key, Pattern pattern, String wants) {
        String text = text(key, pattern, wants);
        missing(key, wants);
        return text == null ? "" : text;
    }

    /** Null (and a problem) when missing or unknown. */
    <E extends Enum<E>> E required(String key, Class<E> type) {
        E found = choice(key, type, null);
        missing(key, oneOf(type));
        return found;
    }

    <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
        return or(otherwise, read(key, oneOf(type), text -> Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElse(null)));
    }

    boolean flag(String key, boolean otherwise) {
        return or(otherwise, read(key, "true or false", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        }));
    }

    int number(String key, int least, int most, int otherwise) {
        return or(otherwise, number(key, least, most));
    }

    /** Null when absent. */
    Integer number(String key, int least, int most) {
        return read(key, "a whole number from " + least + " to " + most, text -> {
            if (!text.matches("-?\\d{1,9}")) {
                return null;
            }
            int number = Integer.parseInt(text);
            return number < least || number > most ? null : number;
        });
    }

    /** Null when absent. */
    Double degrees(String key, int most) {
        return read(key, "degrees from -" + most + " to " + most, text -> {
            if (!text.matches("[-+]?\\d{1,3}(\\.\\d{1,12})?")) {
                return null;
            }
            double degrees = Double.parseDouble(text);
            return Math.abs(degrees) > most ? null : degrees;
        });
    }

    /** Null when absent. */
    Long bytes(String key) {
        return read(key, "a size such as 500GB or 20TB", Settings::parseBytes);
    }

    /** Null when absent. */
    Long bytesPerSecond(String key) {
        return read(
                key,
                "a rate such as 150MB/s",
                text -> text.endsWith("/s") ? Settings.parseBytes(text.substring(0, text.length() - 2)) : null);
    }

    /** Texts of a list; empty when absent. */
    List<String> texts(String key, Pattern pattern, String wants) {
        List<String> texts = new ArrayList<>();
        for (YamlValue value : items(key)) {
            if (value instanceof YamlValue.Scalar scalar
                    && pattern.matcher(scalar.text()).matches()) {
                texts.add(scalar.text());
            } else {
                refuse(value, key, shown(value) + "wants " + wants);
            }
        }
        return texts;
    }

    /**
     * Entries of a list; what is no entry is a problem and left out.
     *
     * @param name how to call an entry in messages, from what can be {@link #peek}ed
     */
    List<YamlEntry> entries(String key, Function<YamlEntry, String> name) {
        List<YamlEntry> entries = new ArrayList<>();
        for (YamlValue value : items(key)) {
            YamlEntry entry = of(value, found -> below(name.apply(found)), problems);
            if (entry != null) {
                entries.add(entry);
            }
        }
        return entries;
    }

    /** Keys below a key; null when absent. */
    YamlEntry entry(String key) {
        asked.add(key);
        YamlValue value = keys.values().get(key);
        return value == null || isBlank(value) ? null : of(value, found -> below(key), problems);
    }

    /** A name to call this entry by while it is read: the value of the key, right or wrong. */
    String peek(String key) {
        return keys.values().get(key) instanceof YamlValue.Scalar scalar
                        && !scalar.text().isEmpty()
                ? scalar.text()
                : "without " + key;
    }

    /** The keys of this entry, as they were written. */
    Set<String> names() {
        return keys.values().keySet();
    }

    boolean given(String key) {
        YamlValue value = keys.values().get(key);
        return value != null && !isBlank(value);
    }

    void refuse(String key, String problem) {
        refuse(keys.values().getOrDefault(key, keys), key, problem);
    }

    /** A key that has its meaning elsewhere, with the reason why not here. */
    void misplaced(String key, String why) {
        asked.add(key);
        if (given(key)) {
            refuse(key, why);
        }
    }

    /** Refuses the keys that nobody asked for: call it last. */
    void end() {
        keys.values().forEach((key, value) -> {
            if (!asked.contains(key)) {
                refuse(value, key, "there is no such key here" + Spelling.suggestion(key, asked));
            }
        });
    }

    private void missing(String key, String wants) {
        if (!given(key)) {
            refuse(keys, key, "is missing; wants " + wants);
        }
    }

    private List<YamlValue> items(String key) {
        asked.add(key);
        YamlValue value = keys.values().get(key);
        if (value == null || isBlank(value)) {
            return List.of();
        }
        if (value instanceof YamlValue.Items items) {
            return items.values();
        }
        refuse(value, key, "wants a list");
        return List.of();
    }

    private String below(String name) {
        return label.isEmpty() ? name : label + ", " + name;
    }

    private <T> T read(String key, String wants, Function<String, T> parse) {
        asked.add(key);
        YamlValue value = keys.values().get(key);
        if (value == null || isBlank(value)) {
            return null;
        }
        T read = value instanceof YamlValue.Scalar scalar ? parse.apply(scalar.text()) : null;
        if (read == null) {
            refuse(value, key, shown(value) + "wants " + wants);
        }
        return read;
    }

    private void refuse(YamlValue at, String key, String problem) {
        problems.add(at.place() + ": " + (label.isEmpty() ? "" : label + ": ") + key + ": " + problem);
    }

    private static String shown(YamlValue value) {
        return value instanceof YamlValue.Scalar scalar ? "\"" + scalar.text() + "\": " : "";
    }

    private static boolean isBlank(YamlValue value) {
        return value instanceof YamlValue.Scalar scalar && scalar.text().isEmpty()
                || value instanceof YamlValue.Items items && items.values().isEmpty();
    }

    private static String oneOf(Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", ", "one of ", ""));
    }

    private static <T> T or(T otherwise, T read) {
        return read == null ? otherwise : read;
    }
}
