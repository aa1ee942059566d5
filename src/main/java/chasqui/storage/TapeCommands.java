package chasqui.storage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The commands of a site's tape library, each a program by its absolute path and its arguments. In an
 * argument, {@code {file}} and {@code {name}} stand for what the command is about; in {@code archive}, also {@code {size}}
 * and {@code {checksum}}.
 *
 * @param checksum null: what is on tape is recalled to be verified
 */
public record TapeCommands(List<String> archive, List<String> recall, List<String> query, List<String> checksum) {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z]*)}");

    /** What is wrong with a command, in words that follow the command's name; empty when nothing is. */
    public static List<String> problems(List<String> command, List<String> needed, List<String> possible) {
        List<String> problems = new ArrayList<>();
        if (!command.get(0).startsWith("/")) {
            problems.add("\"" + command.get(0) + "\" wants to be the absolute path of a program");
        }
        if (PLACEHOLDER.matcher(command.get(0)).find()) {
            problems.add("the program itself cannot be a placeholder");
        }
        List<String> used = command.stream()
                .skip(1)
                .flatMap(word -> PLACEHOLDER.matcher(word).results())
                .map(found -> found.group(1))
                .toList();
        needed.stream()
                .filter(name -> !used.contains(name))
                .forEach(name -> problems.add("{" + name + "} is missing among its arguments"));
        used.stream()
                .distinct()
                .filter(name -> !possible.contains(name))
                .forEach(name -> problems.add("{" + name + "} has no meaning here; known: "
                        + String.join(
                                ", ",
                                possible.stream()
                                        .map(known -> "{" + known + "}")
                                        .toList())));
        return problems;
    }

    /** What one call is about; null for what does not belong to it. */
    record Subject(Path file, String name, PackageDigest digest) {
        private String value(String placeholder) {
            return switch (placeholder) {
                case "file" -> String.valueOf(file);
                case "name" -> name;
                case "size" -> Long.toString(digest.sizeBytes());
                case "checksum" -> digest.sha256().toString();
                default -> "{" + placeholder + "}";
            };
        }
    }

    static List<String> filled(List<String> command, Subject subject) {
        return Stream.concat(command.stream().limit(1), command.stream().skip(1).map(word -> PLACEHOLDER
                        .matcher(word)
                        .replaceAll(found -> Matcher.quoteReplacement(subject.value(found.group(1))))))
                .toList();
    }
}
