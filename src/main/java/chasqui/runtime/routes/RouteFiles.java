package chasqui.runtime.routes;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * What a folder of route files says at one moment.
 *
 * @param texts by file name
 * @param entries as far as they can be told apart
 * @param problems why others cannot
 */
public record RouteFiles(Map<String, String> texts, List<Entry> entries, List<Problem> problems) {
    /** Ending of the names of route files. */
    public static final String ENDING = ".camel.yaml";

    /** @throws IOException the folder cannot be read */
    public static RouteFiles read(Path folder) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        List<Problem> problems = new ArrayList<>();
        try (DirectoryStream<Path> files = in(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                try {
                    texts.put(name, Files.readString(file));
                } catch (CharacterCodingException e) {
                    problems.add(new Problem(name, 1, "this is no text in UTF-8; save it as such"));
                } catch (IOException e) {
                    problems.add(new Problem(name, 1, "cannot be read (" + e + "); correct its permissions"));
                }
            }
        }
        return of(texts, problems);
    }

    /** Those of a folder. A name that begins with a dot is an editor's own: its lock, its copy, a Mac's attributes. */
    public static DirectoryStream<Path> in(Path folder) throws IOException {
        return Files.newDirectoryStream(folder, file -> {
            String name = file.getFileName().toString();
            return name.endsWith(ENDING) && !name.startsWith(".");
        });
    }

    private static RouteFiles of(Map<String, String> texts, List<Problem> problems) {
        List<Entry> entries = new ArrayList<>();
        texts.forEach((name, text) -> {
            try {
                entries.addAll(entries(name, text, problems));
            } catch (JsonProcessingException e) {
                JsonLocation at = e.getLocation();
                problems.add(new Problem(
                        name,
                        at == null ? 1 : Math.max(1, at.getLineNr()),
                        "this is not YAML: "
                                + e.getOriginalMessage().lines().findFirst().orElse("unreadable")
                                + "; look at this line and those before it"));
            } catch (IOException e) {
                problems.add(new Problem(name, 1, "this is not YAML: " + e.getMessage() + "; correct it"));
            }
        });
        return new RouteFiles(texts, entries, problems);
    }

    private static List<Entry> entries(String name, String text, List<Problem> problems) throws IOException {
        Piece document = Piece.parse(text);
        if (document.items().isEmpty()) {
            problems.add(new Problem(
                    name, 1, "wants a list of routes (\"- route:\" and so on); remove the file if it is to have none"));
            return List.of();
        }
        String[] lines = text.split("\n", -1);
        List<Entry> entries = new ArrayList<>();
        List<Piece> items = document.items();
        for (int i = 0; i < items.size(); i++) {
            int begin = begin(lines, items.get(i));
            int end = i + 1 < items.size() ? begin(lines, items.get(i + 1)) : lines.length + 1;
            if (items.get(i).keys().size() != 1 || end <= begin) {
                problems.add(
                        new Problem(
                                name,
                                items.get(i).line(),
                                "wants one entry such as \"- route:\" on lines of its own; write it like those of other files"));
                continue;
            }
            Map.Entry<String, Piece> only =
                    items.get(i).keys().entrySet().iterator().next();
            entries.add(new Entry(
                    name,
                    only.getKey(),
                    only.getValue().at("id").scalar(),
                    only.getValue(),
                    items.get(i).line(),
                    alone(lines, begin, end)));
        }
        return entries;
    }

    /** The line of the dash before an entry. */
    private static int begin(String[] lines, Piece item) {
        int line = item.line();
        while (line > 1 && !lines[line - 1].stripLeading().startsWith("-")) {
            line--;
        }
        return line;
    }

    private static String alone(String[] lines, int begin, int end) {
        return "\n".repeat(begin - 1) + String.join("\n", Arrays.copyOfRange(lines, begin - 1, end - 1)) + "\n";
    }

    /** All of them at once, so that each can refer to what stands in another. */
    public void loadInto(CamelContext camel) {
        List<Resource> resources = new ArrayList<>();
        texts.forEach((name, text) -> resources.add(ResourceHelper.fromString(name, text)));
        try {
            PluginHelper.getRoutesLoader(camel).loadRoutes(resources);
        } catch (Exception e) {
            throw new IllegalStateException("the route files cannot be run: " + e.getMessage(), e);
        }
    }
}
