package chasqui.runtime.routes;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Whether the files of a folder can be the routes of a process. */
public final class RouteCheck {
    private final Supplier<Given> givenNow;

    public RouteCheck(Supplier<Given> given) {
        this.givenNow = given;
    }

    /** Everything that is wrong with them, in the order of the files; empty: nothing. Changes nothing that runs. */
    public List<Problem> problems(RouteFiles files) {
        Given given = givenNow.get();
        Set<Problem> found = new TreeSet<>(files.problems());
        if (files.texts().isEmpty()) {
            found.add(new Problem(Given.FOLDER, 0, "there is no *" + RouteFiles.ENDING + " in it; put the files back"));
        }
        // What is in a file that cannot be read is not known, and not missed.
        List<Problem> names = new NameCheck(files.entries(), given, found.isEmpty()).problems();
        found.addAll(names);
        for (Problem problem : new Aside(given).problems(files.entries())) {
            // What Camel stumbles over may be said already, with more to it.
            if (names.stream().noneMatch(said -> said.file().equals(problem.file()) && said.line() == problem.line())) {
                found.add(problem);
            }
        }
        return List.copyOf(found);
    }
}
