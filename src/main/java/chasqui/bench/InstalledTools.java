package chasqui.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What is on the PATH of this machine. */
final class InstalledTools {
    private InstalledTools() {}

    /**
     * @param packageOf Debian package by tool, or other words that say where it comes from
     * @throws BenchImpossible names every tool that is missing
     */
    static void require(Map<String, String> packageOf) throws BenchImpossible {
        String missing = packageOf.entrySet().stream()
                .filter(tool -> !has(tool.getKey()))
                .map(tool -> tool.getKey() + " (Debian package " + tool.getValue() + ")")
                .sorted()
                .collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new BenchImpossible("the tools to compare with are not installed: " + missing);
        }
    }

    static boolean has(String tool) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        return List.of(path.split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder.isEmpty() ? "." : folder, tool)));
    }
}
