package chasqui.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A program and its arguments, each handed over as it is; nothing is parsed by a shell.
 *
 * @param words the program, by its absolute path or a name to be found on the PATH, and its arguments; no NUL
 * @param environment what it gets beside {@link #PLAIN}
 */
public record Command(List<String> words, Map<String, String> environment) {
    /** Variables that are handed on from this process, where it has them; all others stay here. */
    static final List<String> PLAIN = List.of("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ");

    public Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
        if (words.isEmpty() || words.get(0).isBlank() || words.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException("a command wants a program, and no NUL in any word");
        }
    }

    public Command(List<String> words) {
        this(words, Map.of());
    }

    public String program() {
        return words.get(0);
    }

    /** @throws CommandMissing there is nothing to run */
    public void requireProgram() throws CommandMissing {
        if (!places().anyMatch(place -> Files.isRegularFile(place) && Files.isExecutable(place))) {
            throw new CommandMissing(program());
        }
    }

    private Stream<Path> places() {
        if (program().indexOf('/') >= 0) {
            return Stream.of(Path.of(program()));
        }
        String path = environment.getOrDefault("PATH", String.valueOf(System.getenv("PATH")));
        return Stream.of(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program()));
    }
}
