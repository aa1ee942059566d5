package chasqui.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** What every bench can be told, and how it says what it is doing. */
final class BenchOptions {
    private final int fewest;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where to put what it makes: on the disk to measure. Default: ${DEFAULT-VALUE}.",
            defaultValue = "/var/tmp")
    private Path dir;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            description = "How often both are run, at least ${DEFAULT-VALUE}. Default: ${DEFAULT-VALUE}.")
    private int pairs;

    @Option(
            names = "--scale",
            paramLabel = "X",
            description = "Part of the real sizes and numbers, more than 0 and at most 1, for a try. "
                    + "Default: ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private double scale;

    @Option(names = "--json", description = "Print one JSON object instead of a table.")
    private boolean json;

    /** @param fewest pairs that show a spread; the default, too */
    BenchOptions(int fewest) {
        this.fewest = fewest;
        this.pairs = fewest;
    }

    Path dir() {
        return dir;
    }

    int pairs() {
        return pairs;
    }

    double scale() {
        return scale;
    }

    /** Whether nothing can be measured with them; says why. */
    boolean refused(PrintStream err) {
        if (pairs >= fewest && scale > 0 && scale <= 1 && Files.isDirectory(dir)) {
            return false;
        }
        err.println("--pairs must be at least " + fewest + ", --scale more than 0 and at most 1, and --dir a folder: "
                + "got --pairs " + pairs + " --scale " + scale + " --dir " + dir);
        return true;
    }

    /** On a terminal one line that is written over; elsewhere nothing. */
    Consumer<String> progress() {
        return System.console() == null ? text -> {} : text -> System.err.print("\r\u001b[K" + text);
    }

    void print(BenchReport report) throws IOException {
        report.print(json, System.out);
    }
}
