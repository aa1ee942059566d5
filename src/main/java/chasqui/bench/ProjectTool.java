package chasqui.bench;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Scripts of the project's folder {@code tools}. */
final class ProjectTool {
    private ProjectTool() {}

    /**
     * Looks beside the program that runs, wherever it was built or installed; else where we stand.
     *
     * @param tool path below {@code tools}
     * @throws BenchImpossible it is in neither place
     */
    static Path find(String tool) throws IOException {
        Path name = Path.of("tools", tool);
        try {
            Path program = Path.of(ProjectTool.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            for (Path folder = program; folder != null; folder = folder.getParent()) {
                if (Files.isRegularFile(folder.resolve(name))) {
                    return folder.resolve(name);
                }
            }
        } catch (URISyntaxException unusual) {
            throw new IOException("where this program lies is not a file name", unusual);
        }
        if (Files.isRegularFile(name)) {
            return name.toAbsolutePath();
        }
        throw new BenchImpossible(name + ": found neither here nor above the program; run it from the project's root");
    }
}
