package chasqui.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * Where settings come from, lowest first: {@code application.properties} in the program (every key with its default),
 * the file given by {@code --config}, the environment ({@code chasqui.transfer.method} is {@code
 * CHASQUI_TRANSFER_METHOD}), system properties, and what a command sets itself.
 */
public final class SettingsReader {
    private static final String OURS = "chasqui.";
    private static final String OURS_IN_ENVIRONMENT = "CHASQUI_";
    /** What the launcher script reads. */
    private static final Set<String> LAUNCHERS =
            Set.of("CHASQUI_ARCHIVE", "CHASQUI_BUILD", "CHASQUI_JAVA_OPTS", "CHASQUI_LOG_LEVEL");

    /** Keys of S3 stores by the name of their credential: not settings, and read only where a store is reached. */
    private static final String CREDENTIALS = "CHASQUI_S3_";

    private SettingsReader() {}

    /**
     * @param config extra properties file, or null
     * @param environment the process environment
     * @param set what the command line sets, wins over everything
     * @throws UncheckedIOException the file cannot be read
     */
    public static Settings read(Path config, Map<String, String> environment, Map<String, String> set) {
        Map<String, String> known = ours(defaults());
        List<Map<String, String>> over = new ArrayList<>();
        if (config != null) {
            over.add(all(file(config)));
        }
        over.add(fromEnvironment(environment, known));
        over.add(ours(System.getProperties()));
        over.add(set);
        return Settings.layered(known, over);
    }

    private static Properties defaults() {
        try (InputStream in = SettingsReader.class.getResourceAsStream("/application.properties")) {
            Properties properties = new Properties();
            properties.load(new java.io.InputStreamReader(in, StandardCharsets.UTF_8));
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException("application.properties in the program cannot be read", e);
        }
    }

    private static Properties file(Path config) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(config, StandardCharsets.UTF_8)) {
            properties.load(in);
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "there is no such file" : e.toString();
            throw new UncheckedIOException("the settings file " + config + " cannot be read: " + why, e);
        }
        return properties;
    }

    /** A file of settings holds nothing else, so that a key without its "chasqui." is a mistake and not somebody else's. */
    private static Map<String, String> all(Properties properties) {
        Map<String, String> found = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> found.put(name, properties.getProperty(name)));
        return found;
    }

    private static Map<String, String> ours(Properties properties) {
        Map<String, String> found = new HashMap<>();
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith(OURS) && !name.equals("chasqui.root")) {
                found.put(name, properties.getProperty(name));
            }
        }
        return found;
    }

    /** A variable of ours that belongs to no key stays as it is, and is refused like any other unknown key. */
    private static Map<String, String> fromEnvironment(Map<String, String> environment, Map<String, String> known) {
        Map<String, String> keys = new HashMap<>();
        for (String key : known.keySet()) {
            keys.put(variable(key), key);
        }
        Map<String, String> found = new HashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(OURS_IN_ENVIRONMENT) && !LAUNCHERS.contains(name) && !name.startsWith(CREDENTIALS)) {
                found.put(keys.getOrDefault(name, name), value);
            }
        });
        return found;
    }

    /** The environment's name of a setting: {@code CHASQUI_NODE_NAME} for {@code chasqui.node.name}. */
    static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
