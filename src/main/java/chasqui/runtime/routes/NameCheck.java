package chasqui.runtime.routes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Whether what the entries of a folder name is there: each other, beans and their methods, settings. */
final class NameCheck {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*([^{}?!:\\s]+)\\s*}}");
    private static final Pattern DIRECT = Pattern.compile("direct:(?://)?([^?{}$]+)(?:\\?.*)?");
    /** Keys whose value is an endpoint. */
    private static final Set<String> ENDPOINTS =
            Set.of("uri", "from", "to", "toD", "wireTap", "enrich", "pollEnrich", "poll", "deadLetterUri");

    private final List<Entry> entries;
    private final Given given;
    private final boolean all;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> begun = new TreeSet<>();
    private final Set<String> configurations = new TreeSet<>();
    private final Set<String> called = new TreeSet<>();
    private final Set<String> unknown = new TreeSet<>();

    /** @param all the entries of every file are known, so that what is not among them is missing */
    NameCheck(List<Entry> entries, Given given, boolean all) {
        this.entries = entries;
        this.given = given;
        this.all = all;
    }

    List<Problem> problems() {
        ids();
        begins();
        entries.forEach(this::entry);
        if (all) {
            missing();
        }
        return problems;
    }

    private void missing() {
        given.needed().stream()
                .filter(bean -> !called.contains(bean) && Near.to(bean, unknown).isEmpty())
                .forEach(bean -> absent("no route calls bean " + bean
                        + ", whose work nobody would do; put back the route that calls it"));
        Set<String> templates =
                entries.stream().filter(Entry::isTemplate).map(Entry::id).collect(Collectors.toSet());
        given.templates().forEach((type, whose) -> {
            if (!templates.contains(type)) {
                absent("no routeTemplate has the id " + type + ", for queue " + whose + "; put it back");
            }
        });
        given.methods().forEach((method, whose) -> {
            if (!begun.contains("transfer-" + method)) {
                absent("no route begins with direct:transfer-" + method + ", for " + whose
                        + "; put it back, or change that first");
            }
        });
    }

    private void absent(String says) {
        problems.add(new Problem(Given.FOLDER, 0, says));
    }

    private void ids() {
        Map<String, Entry> first = new HashMap<>();
        for (Entry entry : entries) {
            boolean named = entry.isRoute() || entry.isTemplate() || entry.isConfiguration();
            if (named && entry.id().isEmpty()) {
                problems.add(entry.problem(
                        entry.line(), "this " + entry.kind() + " has no id; give it one, by which it is known"));
            } else if (entry.kind().equals("from")) {
                problems.add(entry.problem(entry.line(), "a route without an id; write - route: with id and from"));
            } else if (named) {
                Entry other = first.putIfAbsent(entry.key(), entry);
                if (other != null) {
                    problems.add(entry.problem(
                            entry.line(),
                            entry.kind() + " " + entry.id() + " stands in " + other.file() + ":" + other.line()
                                    + " already; remove one of them, or give it another id"));
                }
            }
            if (entry.isConfiguration()) {
                configurations.add(entry.id());
            }
        }
    }

    private void begins() {
        Map<String, Entry> first = new HashMap<>();
        for (Entry entry : entries) {
            Matcher direct = DIRECT.matcher(entry.from().scalar());
            if (entry.isTemplate() && !entry.from().scalar().contains("{{endpoint}}")) {
                problems.add(entry.problem(
                        Math.max(entry.line(), entry.from().line()),
                        "routeTemplate " + entry.id() + " does not begin with {{endpoint}}, and nothing would wake it;"
                                + " write uri: \"{{endpoint}}\" below from"));
            } else if (direct.matches()) {
                begun.add(direct.group(1));
                Entry other = first.putIfAbsent(direct.group(1), entry);
                if (other != null && !other.key().equals(entry.key())) {
                    problems.add(entry.problem(
                            entry.from().line(),
                            "route " + other.id() + " in " + other.file() + ":" + other.line() + " begins with direct:"
                                    + direct.group(1) + " already; only one can"));
                }
            }
        }
    }

    private void entry(Entry entry) {
        Set<String> names = new TreeSet<>(given.properties().stringPropertyNames());
        if (entry.isTemplate()) {
            entry.body().at("parameters").items().forEach(parameter -> {
                names.add(parameter.at("name").scalar());
                boolean ours = Given.PARAMETERS.contains(parameter.at("name").scalar());
                if (!ours
                        && !parameter.keys().containsKey("defaultValue")
                        && !parameter.at("required").scalar().equals("false")) {
                    problems.add(entry.problem(
                            parameter.line(),
                            "parameter " + parameter.at("name").scalar()
                                    + " gets no value: worker routes are made with "
                                    + String.join(" and ", new TreeSet<>(Given.PARAMETERS))
                                    + " only; give it a defaultValue, or remove it"));
                }
            });
            // Camel takes them undeclared, too.
            names.addAll(Given.PARAMETERS);
        }
        step(entry, entry.body());
        entry.body().walk((key, piece) -> {
            placeholders(entry, piece, names);
            if (piece.isScalar()) {
                scalar(entry, key, piece);
            } else {
                step(entry, piece);
                if (key.equals("method") || key.equals("bean")) {
                    BeanCall.ofStep(piece).ifPresent(call -> call(entry, call));
                }
            }
        });
    }

    private void placeholders(Entry entry, Piece piece, Set<String> names) {
        Matcher found = PLACEHOLDER.matcher(piece.scalar());
        while (found.find()) {
            if (!names.contains(found.group(1)) && !isOfTheSystem(found.group(1))) {
                problems.add(entry.problem(
                        piece.line(),
                        "nothing is called {{" + found.group(1) + "}}" + Near.to(found.group(1), names)
                                + "; correct it, or give it a default: {{" + found.group(1) + ":…}}"));
            }
        }
    }

    /** Camel looks there, too. */
    private static boolean isOfTheSystem(String name) {
        return System.getProperty(name) != null
                || System.getenv(name) != null
                || System.getenv(name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_')) != null;
    }

    private void scalar(Entry entry, String key, Piece piece) {
        if (all && key.equals("routeConfigurationId") && !configurations.contains(piece.scalar())) {
            problems.add(entry.problem(
                    piece.line(),
                    "there is no routeConfiguration " + piece.scalar() + Near.to(piece.scalar(), configurations)
                            + "; correct the name, or put its file back"));
        }
        if (ENDPOINTS.contains(key) && !key.equals("uri")) {
            BeanCall.ofUri(piece, Piece.NOTHING).ifPresent(call -> call(entry, call));
        }
        Matcher direct = DIRECT.matcher(piece.scalar());
        if (all && ENDPOINTS.contains(key) && direct.matches() && !begun.contains(direct.group(1))) {
            problems.add(entry.problem(
                    piece.line(),
                    "no route begins with direct:" + direct.group(1) + Near.to(direct.group(1), begun)
                            + "; correct the name, or put its file back"));
        }
    }

    private void step(Entry entry, Piece step) {
        if (step.at("uri").isScalar()) {
            BeanCall.ofUri(step.at("uri"), step).ifPresent(call -> call(entry, call));
        }
    }

    private void call(Entry entry, BeanCall call) {
        (given.beans().containsKey(call.bean()) ? called : unknown).add(call.bean());
        call.problem(given.beans())
                .ifPresent(says -> problems.add(entry.problem(call.place().line(), says)));
    }
}
