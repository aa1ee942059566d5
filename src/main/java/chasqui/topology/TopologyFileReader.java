package chasqui.topology;

import chasqui.topology.SiteEntry.Geography;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Turns the text of a topology file into entries; each value by itself, what fits together is for the rules. */
final class TopologyFileReader {
    static final Pattern SITE = Pattern.compile("[a-z0-9]{1,32}");
    static final String SITE_WANTS = "1 to 32 lower case letters and digits, such as cologne";
    static final Pattern LOCATION = Pattern.compile("[a-z0-9_]{1,64}");
    static final String LOCATION_WANTS = "1 to 64 lower case letters, digits and underscores, such as fast_buffer";
    private static final Pattern INSTRUMENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    private static final String INSTRUMENT_WANTS =
            "1 to 64 letters, digits, '_' and '-', such as prime-cam (not first: '_' and '-')";
    private static final Pattern TITLE = Pattern.compile("\\P{Cntrl}{1,200}");
    private static final String TITLE_WANTS = "1 to 200 characters on one line";
    private static final Pattern METHOD = Pattern.compile("[a-z0-9-]{1,32}");
    private static final Pattern WINDOW =
            Pattern.compile("([01]\\d|2[0-3]):[0-5]\\d-(([01]\\d|2[0-3]):[0-5]\\d|24:00)");
    private static final Pattern OPTION = Pattern.compile("\\P{Cntrl}{1,200}");
    private static final String OPTION_WANTS = "one value of at most 200 characters on one line";
    private static final int LARGEST_PRIORITY = 1_000_000;
    private static final int DEFAULT_PRIORITY = 100;
    private static final int MOST_AT_ONCE = 100;

    private final List<String> problems;
    private final LocationReader locations;

    /**
     * @param placeholders values of {@code ${name}} in roots
     * @param problems receives what is wrong, with line and column
     */
    TopologyFileReader(Map<String, String> placeholders, List<String> problems) {
        this.problems = problems;
        this.locations = new LocationReader(placeholders);
    }

    /** Entries as far as they can be read; null when the text is no YAML mapping at all. */
    TopologyFile read(String text) {
        YamlValue document = YamlValue.parse(text, problems);
        YamlEntry top = document == null ? null : YamlEntry.of(document, entry -> "", problems);
        if (top == null) {
            return null;
        }
        String observatory = top.required("observatory", TITLE, TITLE_WANTS);
        String telescope = top.text("telescope", TITLE, TITLE_WANTS);
        List<SiteEntry> sites = top.entries("sites", entry -> "site " + entry.peek("short_name")).stream()
                .map(entry -> site(entry, observatory, telescope))
                .toList();
        List<RouteEntry> routes = top
                .entries("transfer_routes", entry -> "transfer route " + entry.peek("from") + " → " + entry.peek("to"))
                .stream()
                .map(TopologyFileReader::route)
                .toList();
        if (sites.isEmpty()) {
            top.refuse("sites", "wants at least one site");
        }
        top.end();
        return new TopologyFile(sites, routes);
    }

    private SiteEntry site(YamlEntry entry, String observatory, String telescope) {
        String shortName = entry.required("short_name", SITE, SITE_WANTS);
        String name = entry.text("name", TITLE, TITLE_WANTS);
        SiteEntry site = new SiteEntry(
                shortName,
                name == null ? shortName : name,
                geography(entry.entry("geography")),
                entry.number("lta_weight", 0, 1000, 1),
                entry.flag("active", true),
                entry.entries("locations", location -> "location " + location.peek("name")).stream()
                        .map(location -> locations.location(shortName, location))
                        .toList(),
                entry.entries("instruments", instrument -> "instrument " + instrument.peek("name")).stream()
                        .map(instrument -> instrument(shortName, instrument, observatory, telescope))
                        .toList());
        entry.end();
        return site;
    }

    private static Geography geography(YamlEntry entry) {
        if (entry == null) {
            return new Geography(null, null, null);
        }
        Geography geography = new Geography(
                entry.degrees("latitude", 90),
                entry.degrees("longitude", 180),
                entry.text("country", TITLE, TITLE_WANTS));
        entry.end();
        return geography;
    }

    private static InstrumentEntry instrument(String site, YamlEntry entry, String observatory, String telescope) {
        String own = entry.text("telescope", TITLE, TITLE_WANTS);
        InstrumentEntry instrument = new InstrumentEntry(
                entry.required("name", INSTRUMENT, INSTRUMENT_WANTS),
                site,
                observatory,
                own == null ? telescope : own,
                entry.flag("active", true),
                entry.texts("modules", INSTRUMENT, INSTRUMENT_WANTS).stream()
                        .sorted()
                        .toList());
        if (instrument.modules().isEmpty() && !entry.given("modules")) {
            entry.refuse("modules", "wants at least one module; for an instrument without parts write modules: [main]");
        }
        entry.end();
        return instrument;
    }

    private static RouteEntry route(YamlEntry entry) {
        RouteEntry route = new RouteEntry(
                entry.required("from", SITE, "the short name of a site"),
                entry.required("to", SITE, "the short name of a site"),
                priority(entry),
                entry.choice("type", RouteType.class, RouteType.CUSTOM),
                entry.text("method", METHOD, "the name of a transfer method, such as cp"),
                entry.text("relay", SITE, "the short name of a site"),
                entry.text("origin_location", LOCATION, "the name of a location at the site it comes from"),
                entry.text("destination_location", LOCATION, "the name of a location at the site it goes to"),
                entry.flag("pull", false),
                entry.flag("forbidden", false),
                entry.bytesPerSecond("rate_limit"),
                entry.number("concurrency", 1, MOST_AT_ONCE),
                entry.texts("time_windows", WINDOW, "times of day in UTC such as \"22:00-04:00\""),
                options(entry.entry("options")),
                entry.flag("active", true));
        entry.end();
        return route;
    }

    private static Map<String, String> options(YamlEntry entry) {
        Map<String, String> options = new TreeMap<>();
        if (entry != null) {
            entry.names().forEach(name -> options.put(name, entry.required(name, OPTION, OPTION_WANTS)));
            entry.end();
        }
        return options;
    }

    static int priority(YamlEntry entry) {
        return entry.number("priority", 0, LARGEST_PRIORITY, DEFAULT_PRIORITY);
    }
}
