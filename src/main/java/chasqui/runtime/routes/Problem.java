package chasqui.runtime.routes;

import java.util.Comparator;

/**
 * What is wrong in a route file, where, and what to do.
 *
 * @param line 1 or more; 0 where the whole folder is meant
 */
public record Problem(String file, int line, String says) implements Comparable<Problem> {
    @Override
    public int compareTo(Problem other) {
        return Comparator.comparing(Problem::file)
                .thenComparing(Problem::line)
                .thenComparing(Problem::says)
                .compare(this, other);
    }

    @Override
    public String toString() {
        return (line == 0 ? file : file + ":" + line) + ": " + says;
    }
}
