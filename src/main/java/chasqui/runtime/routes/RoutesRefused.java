package chasqui.runtime.routes;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Route files that cannot be run, all problems at once. */
public final class RoutesRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RoutesRefused(Path folder, List<Problem> problems) {
        super("the routes in " + folder + " are refused; correct them and start again:"
                + problems.stream().map(problem -> "\n  " + problem).collect(Collectors.joining()));
    }
}
