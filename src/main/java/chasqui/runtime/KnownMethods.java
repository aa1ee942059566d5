package chasqui.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The transfer methods: every {@code direct:transfer-NAME} that a route begins with. */
public final class KnownMethods {
    private static final Pattern METHOD = Pattern.compile("direct:transfer-([a-z0-9-]{1,32})(\\?.*)?");

    private KnownMethods() {}

    /**
     * Names of the methods of a folder of route files.
     *
     * @return sorted
     * @throws UncheckedIOException a file cannot be read, or is no YAML
     */
    public static Set<String> in(Path routes) {
        Set<String> methods = new TreeSet<>();
        YAMLMapper yaml = new YAMLMapper();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(routes, "*.camel.yaml")) {
            for (Path file : files) {
                yaml.readTree(file.toFile()).findValues("from").forEach(from -> method(from, methods));
            }
            return methods;
        } catch (IOException e) {
            throw new UncheckedIOException(routes + ": its route files cannot be read: " + e.getMessage(), e);
        }
    }

    private static void method(JsonNode from, Set<String> methods) {
        Matcher found = METHOD.matcher(
                from.isTextual() ? from.textValue() : from.path("uri").asText());
        if (found.matches()) {
            methods.add(found.group(1));
        }
    }
}
