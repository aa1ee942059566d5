package chasqui.topology;

import chasqui.storage.TapeCommands;
import chasqui.topology.LocationEntry.Disk;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads one data location of a topology file: common keys, then those of its storage type and no others. */
final class LocationReader {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern LINE = Pattern.compile("\\P{Cntrl}{1,800}");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:-]{0,252}");
    private static final Pattern USER = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,31}");
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*/?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
    private static final List<String> DISK_KEYS = List.of("root", "host", "user", "accept_cached_verification");
    private static final List<String> S3_KEYS = List.of("endpoint", "region", "bucket", "prefix", "credential");
    private static final List<String> TAPE_KEYS =
            List.of("archive_command", "recall_command", "query_command", "checksum_command", "recall_root");

    private final Map<String, String> placeholders;

    LocationReader(Map<String, String> placeholders) {
        this.placeholders = placeholders;
    }

    LocationEntry location(String site, YamlEntry entry) {
        StorageType storage = entry.required("storage", StorageType.class);
        LocationEntry location = new LocationEntry(
                site,
                entry.required("name", TopologyFileReader.LOCATION, TopologyFileReader.LOCATION_WANTS),
                entry.required("type", LocationType.class),
                storage,
                TopologyFileReader.priority(entry),
                entry.flag("active", true),
                entry.bytes("capacity"),
                storage == StorageType.DISK ? disk(entry) : null,
                storage == StorageType.S3 ? bucket(entry) : null,
                storage == StorageType.TAPE ? tape(entry) : null);
        misplaced(entry, storage, StorageType.DISK, DISK_KEYS);
        misplaced(entry, storage, StorageType.S3, S3_KEYS);
        misplaced(entry, storage, StorageType.TAPE, TAPE_KEYS);
        entry.end();
        return location;
    }

    private Disk disk(YamlEntry entry) {
        return new Disk(
                entry.text("host", HOST, "a host's name or address"),
                entry.text("user", USER, "a user's name on that host"),
                root(entry, "root"),
                entry.flag("accept_cached_verification", false));
    }

    /** Absolute, without "." and ".."; null (and a problem) when it is none. */
    private Path root(YamlEntry entry, String key) {
        String wants = "an absolute path such as /data/buffer or ${home}/sites/cologne/buffer";
        String text = entry.required(key, LINE, wants);
        if (text.isEmpty()) {
            return null;
        }
        Path root;
        try {
            root = Path.of(filled(entry, key, text)).normalize();
        } catch (InvalidPathException e) {
            entry.refuse(key, "\"" + text + "\": this is no path here (" + e.getReason() + "); wants " + wants);
            return null;
        }
        if (!root.isAbsolute() || root.getNameCount() == 0) {
            entry.refuse(key, "\"" + text + "\": wants " + wants);
            return null;
        }
        return root;
    }

    private String filled(YamlEntry entry, String key, String text) {
        return PLACEHOLDER.matcher(text).replaceAll(found -> {
            String value = placeholders.get(found.group(1));
            if (value == null) {
                entry.refuse(
                        key,
                        found.group() + " has no value here; known: "
                                + (placeholders.isEmpty() ? "none" : String.join(", ", placeholders.keySet())));
                return "/unknown";
            }
            return Matcher.quoteReplacement(value);
        });
    }

    private static Bucket bucket(YamlEntry entry) {
        String prefix = entry.text("prefix", PREFIX, "letters, digits and !_.*'()- with '/' between, not in front");
        return new Bucket(
                endpoint(entry),
                entry.text("region", NAME, "a region's name such as eu-central-1"),
                entry.required("bucket", BUCKET, "a bucket's name: 3 to 63 lower case letters, digits, '.' and '-'"),
                prefix == null || prefix.endsWith("/") ? prefix == null ? "" : prefix : prefix + "/",
                entry.required("credential", NAME, "the name of a credential (never the secret itself)"));
    }

    private static String endpoint(YamlEntry entry) {
        String wants = "http://HOST:PORT or https://HOST, without user, path or query";
        String text = entry.text("endpoint", LINE, wants);
        if (text == null) {
            return null;
        }
        try {
            URI uri = new URI(text);
            boolean plain = uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null
                    && List.of("", "/").contains(uri.getPath());
            if (plain && List.of("http", "https").contains(uri.getScheme())) {
                return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
            }
        } catch (URISyntaxException e) {
            // told below, like any other text that is no such address
        }
        // The text is not repeated: a password may stand in it.
        entry.refuse("endpoint", "wants " + wants);
        return null;
    }

    private Tape tape(YamlEntry entry) {
        return new Tape(
                new TapeCommands(
                        required(entry, "archive_command", List.of("file", "name"), List.of("size", "checksum")),
                        required(entry, "recall_command", List.of("file", "name"), List.of()),
                        required(entry, "query_command", List.of("name"), List.of()),
                        command(entry, "checksum_command", List.of("name"), List.of())),
                root(entry, "recall_root"));
    }

    private static List<String> required(YamlEntry entry, String key, List<String> needed, List<String> also) {
        List<String> command = command(entry, key, needed, also);
        if (command == null) {
            entry.refuse(key, "a TAPE location wants a list of a program and its arguments");
        }
        return command;
    }

    /**
     * Null when there is none.
     *
     * @param needed placeholders without which the command could not know what it is about
     * @param also placeholders that may stand there too
     */
    private static List<String> command(YamlEntry entry, String key, List<String> needed, List<String> also) {
        List<String> command = entry.texts(key, LINE, "a program or an argument on one line");
        if (command.isEmpty()) {
            return null;
        }
        List<String> possible = Stream.concat(needed.stream(), also.stream()).toList();
        TapeCommands.problems(command, needed, possible).forEach(problem -> entry.refuse(key, problem));
        return command;
    }

    private static void misplaced(YamlEntry entry, StorageType storage, StorageType home, List<String> keys) {
        if (storage != home) {
            keys.forEach(key -> entry.misplaced(
                    key,
                    "belongs to " + home + " locations" + (storage == null ? "" : ", and this one is " + storage)));
        }
    }
}
