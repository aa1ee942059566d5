package chasqui.topology;

import java.util.List;

/** A topology that cannot be worked with, all problems at once; nothing was changed. */
public final class TopologyRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    TopologyRefused(String file, List<String> problems) {
        super("the topology %s is refused, nothing was changed:\n  %s".formatted(file, String.join("\n  ", problems)));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
